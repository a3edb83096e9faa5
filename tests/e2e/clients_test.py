"""The example clients, generated from the protos alone, through the gateway: a journal system sends a notice
and follows it; a planning tool reads its user's activities and reports progress."""

import os
import re
import subprocess
import sys

import pytest

from tests.e2e.conftest import ROOT
from tools.lib import generated  # noqa: F401

from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import need_notice_pb2
from individuellplan.referral.v1 import referral_service_pb2 as referral

MADE = ROOT / "build/clients"
# How each client's README starts its examples.
CLIENTS = {
    "cpp": lambda example: [MADE / "cpp" / example],
    "java": lambda example: [MADE / "java/run", example.capitalize()],
    "python": lambda example: [sys.executable, ROOT / f"clients/python/{example}.py"],
    "ruby": lambda example: ["ruby", "-I", MADE / "ruby/lib", ROOT / f"clients/ruby/{example}.rb"],
    "typescript": lambda example: ["node", ROOT / f"clients/typescript/dist/{example}.js"],
}
pytestmark = pytest.mark.parametrize("language", CLIENTS)


@pytest.fixture
def start(suite, language):
    """Starts an example of the language; its settings come from the environment."""
    subprocess.run([ROOT / "scripts/generate-clients", language], check=True)

    def run(example, **settings):
        return subprocess.Popen(
            CLIENTS[language](example), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(MADE / "python"), "IP_GATEWAY": suite.gateway_address,
                 "IP_ISSUER": suite.helseid_url, "IP_CLIENT_SECRET": secret(suite), **settings})
    return run


def secret(suite):
    return (suite.folder / "idp/fjordvik-journal.secret").read_text().strip()


def test_a_journal_system_sends_a_notice_and_follows_it(start, gateway):
    journal = start("journal")
    try:
        line = journal.stdout.readline()
        sent = re.fullmatch(r"(notices/\S+) is SUBMITTED; an answer is due by \d{4}-\d\d-\d\d\n", line)
        assert sent, line + journal.stderr.read()
        siri = gateway.person("siri", "CASE_WORKER").referral
        notice = siri.GetNotice(referral.GetNoticeRequest(name=sent[1]))
        notice = siri.AssignNotice(referral.AssignNoticeRequest(
            name=notice.name, etag=notice.etag, assignee="persons/siri", assignee_display_name="Siri"))
        decision = need_notice_pb2.Decision(reasons="Bare en prøve.", complaint_information_given=True)
        siri.RejectNotice(referral.RejectNoticeRequest(
            name=notice.name, etag=notice.etag, decision=decision))
        rest, errors = journal.communicate(timeout=30)
        assert journal.returncode == 0, errors
        assert rest.splitlines()[-1].startswith(f"{notice.name} is REJECTED_NOT_ELIGIBLE;")
    finally:
        journal.kill()


def test_a_planning_tool_reports_progress(start, gateway, demo, language):
    planner = start("planner", IP_TOKEN=gateway._person_token("lise"), IP_NOTE=f"Skrevet i {language}.")
    shown, errors = planner.communicate(timeout=30)
    assert planner.returncode == 0, errors
    assert "IN_PROGRESS  Øve på butikken (Ola Nilsen)" in shown
    name = re.search(r"reported on (plans/\S+)/activities/", shown)[1]
    plan = gateway.person("ola").plan.GetPlan(plans.GetPlanRequest(name=name))
    assert f"Skrevet i {language}." in [comment.text.text for comment in plan.comments]


def test_it_explains_what_was_wrong(start):
    journal = start("journal", IP_NATIONAL_ID="12345678901")
    _, errors = journal.communicate(timeout=30)
    assert journal.returncode == 1
    assert "NATIONAL_ID_INVALID" in errors and "12345678901" not in errors
