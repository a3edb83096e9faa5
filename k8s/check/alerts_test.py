"""Alert rules: they load, fire when they should and not otherwise (promtool), each has a test, and the runbook has
the section that each alert names."""

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
