"""What dashboards and alerts speak of is there in a live scrape, and no metric says who."""

import json
import re
import time

import pytest
import requests
import yaml

from tests.e2e.conftest import ROOT, running_suite
from tools.lib.mainjob import MainJob
from tools.suite.suite import Ports, Suite, free_port

MONITORING = ROOT / "k8s/components/monitoring"
SERVICES = ["plan-service", "referral-service", "notification-service", "gateway"]
# What PromQL itself knows, and what Prometheus adds.
_WORDS = {"sum", "max", "min", "time", "by", "rate", "on", "and", "or", "absent", "topk", "histogram_quantile", "up", "le", "job",
          "instance"}
# Counted only once it has happened; their families show in the sources (lib/base/metrics.h).
RARE = {"ip_notify_relay_shut", "ip_notify_reconciled"}


@pytest.fixture(scope="module")
def scrape(tmp_path_factory):
    suite = Suite(tmp_path_factory.mktemp("metrics"), Ports.free(), print)
    addresses = {}
    for name in SERVICES:
        addresses[name] = f"127.0.0.1:{free_port()}"
        suite.processes[name].env = {"IP_METRICS_ADDRESS": addresses[name]}
    try:
        suite.start()
        job = MainJob(suite, print)
        job.run()
        yield wait_for_samples(addresses), job
    finally:
        suite.stop()


def wait_for_samples(addresses):
    """All lines of all programs, once notification-service has counted its backlog."""
    end = time.monotonic() + 30
    while True:
        text = {name: requests.get(f"http://{address}/metrics", timeout=5).text for name, address in addresses.items()}
        if "ip_notify_messages" in text["notification-service"] or time.monotonic() > end:
            return text
        time.sleep(0.2)


def names_in(expression):
    """The metrics of ours that a PromQL expression speaks of; the kubelet has its own."""
    expression = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)|\bon \([^)]*\)|\"[^\"]*\"", " ", expression)
    return {name for name in re.findall(r"[a-z_][a-z0-9_]+", expression) if not name.startswith("kubelet_")} - _WORDS


def expressions():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        yield from ((panel["title"], target["expr"]) for target in panel["targets"])
    for group in yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])


def test_what_dashboard_and_alerts_show_is_measured(scrape):
    text, _ = scrape
    there = {re.match(r"\w+", line).group() for page in text.values() for line in page.splitlines()
             if line and not line.startswith("#")}
    asked = {name for _, expression in expressions() for name in names_in(expression)}
    assert len(asked) > 12
    missing = asked - there - RARE
    assert not missing, [f"{where}: {expression}" for where, expression in expressions()
                         if names_in(expression) & missing]
    sources = "".join(file.read_text() for file in (ROOT / "notification-service").rglob("*.cc"))
    assert all(f'"{name}"' in sources for name in RARE)


def test_each_program_says_that_it_is_ready(scrape):
    text, _ = scrape
    assert {name for name, page in text.items() if re.search(r"^ip_ready 1$", page, re.M)} == set(SERVICES)


def test_no_metric_says_who(scrape):
    text, job = scrape
    owner = job.persons[job.owner]
    for page in text.values():
        assert not re.search(r"\b\d{11}\b", page)
        for word in (owner.national_id, *owner.name.split(), "persons/", "plans/", "notices/"):
            assert word not in page
