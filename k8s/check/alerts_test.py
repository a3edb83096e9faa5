"""Alert rules: they load, fire when they should and not otherwise (promtool), each has a test, and the runbook has
the section that each alert names."""

import json
import pathlib
import re
import shutil
import subprocess

import yaml

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
RULES = yaml.safe_load((ROOT / "k8s/components/monitoring/alerts.yaml").read_text())["spec"]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]


def test_rules_fire_when_they_should(tmp_path):
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(RULES))
    shutil.copy(HERE / "alerts_test.yaml", tmp_path)
    for command in (["promtool", "check", "rules", "rules.yaml"], ["promtool", "test", "rules", "alerts_test.yaml"]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_has_a_test_in_which_it_fires():
    tests = yaml.safe_load((HERE / "alerts_test.yaml").read_text())["tests"]
    fired = {case["alertname"] for test in tests for case in test["alert_rule_test"] if case.get("exp_alerts")}
    assert {rule["alert"] for rule in ALERTS} == fired


def test_the_runbook_tells_what_to_do():
    sections = {re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).strip().replace(" ", "-")
                for line in (ROOT / "docs/operations.md").read_text().splitlines() if line.startswith("#")}
    for rule in ALERTS:
        page, _, section = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md" and section in sections, f"{rule['alert']}: no section {section}"


def names_in(expression):
    """The metrics of ours that a PromQL expression speaks of; the kubelet has its own."""
    known = {"sum", "max", "min", "rate", "time", "on", "and", "or", "absent", "topk", "histogram_quantile", "up"}
    expression = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|on) \([^)]*\)|\"[^\"]*\"", " ", expression)
    names = {re.sub(r"_bucket$", "", name) for name in re.findall(r"[a-z_][a-z0-9_]+", expression)} - known
    return {name for name in names if not name.startswith("kubelet_")}


def test_no_alert_or_panel_speaks_of_a_metric_that_no_program_has():
    sources = "".join(file.read_text() for part in ("lib", "gateway", "plan-service", "referral-service", "notification-service")
                      for file in (ROOT / part).rglob("*.cc"))
    dashboard = json.loads((ROOT / "k8s/components/monitoring/dashboard.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]] + [a["expr"] for a in ALERTS]
    names = {name for expression in asked for name in names_in(expression)}
    assert len(names) > 12
    assert {name for name in names if f'"{name}"' not in sources} == set()
