"""The coordinating unit's desk in a terminal, against the real gateway."""

import json
import os
import subprocess

import pytest

from tests.e2e.conftest import ROOT
from tools.lib import generated  # noqa: F401

from google.type import date_pb2
from individuellplan.referral.v1 import need_notice_pb2
from individuellplan.referral.v1 import referral_service_pb2 as referral
from individuellplan.type.v1 import common_pb2

DESK = ROOT / "clients/desk/desk"


def send_notice(gateway, sender, municipality="4699", urgent=False):
    today = date_pb2.Date(year=2026, month=1, day=5)
    notice = need_notice_pb2.NeedNotice(
        need_description="Trenger samordnet hjelp.", life_areas=[common_pb2.HEALTH], need_observed_date=today,
        requested_outcome=need_notice_pb2.NeedNotice.COORDINATOR_ONLY,
        subject=need_notice_pb2.NoticeSubject(display_name="Jostein Rødland", municipality_code=municipality),
        notifier=need_notice_pb2.Notifier(
            display_name="Eva Lund", source=need_notice_pb2.Notifier.GENERAL_PRACTITIONER),
        consent_basis=need_notice_pb2.ConsentBasis(
            kind=need_notice_pb2.ConsentBasis.CONSENT, consent_date=today),
        rights_information=need_notice_pb2.RightsInformation(given=True, given_date=today))
    if urgent:
        notice.urgency, notice.urgency_reason = need_notice_pb2.NeedNotice.URGENT, "Skrives ut i morgen."
    draft = sender.referral.CreateNotice(referral.CreateNoticeRequest(
        notice=notice,
        subject_identity=common_pb2.PersonIdentity(national_id=gateway.persons["jostein"].national_id)))
    return sender.referral.SubmitNotice(referral.ActionRequest(name=draft.name, etag=draft.etag))


@pytest.fixture(scope="module", autouse=True)
def client():
    subprocess.run([ROOT / "scripts/generate-clients", "python"], check=True)


@pytest.fixture
def environment(suite, gateway):
    return {**os.environ, "IP_GATEWAY": suite.gateway_address, "IP_TOKEN": gateway._person_token("siri")}


@pytest.fixture
def desk(environment):
    """Runs one command; (exit code, what it printed)."""
    def run(*words, typed="", **settings):
        done = subprocess.run([DESK, *words], input=typed, capture_output=True, text=True, timeout=30,
                              env={**environment, **settings})
        return done.returncode, done.stdout + done.stderr
    return run


@pytest.fixture
def notice(gateway):
    """A notice that nobody has taken."""
    return send_notice(gateway, gateway.person("eva")).name


def test_a_notice_goes_over_the_desk(desk, notice):
    code, shown = desk("queue", "--json")
    assert code == 0 and notice in [item["name"] for item in json.loads(shown)]
    code, shown = desk("assign", notice, "persons/siri", "--name", "Siri Dahle")
    assert code == 0 and "IN_TRIAGE" in shown and "Siri Dahle" in shown
    code, shown = desk("reject", notice, "--reasons", "Kort og enkelt behov.")
    assert code == 1 and "complain" in shown, shown
    code, shown = desk("reject", notice, "--reasons", "Kort og enkelt behov.", "--told-how-to-complain")
    assert code == 0 and "REJECTED_NOT_ELIGIBLE" in shown, shown


def test_it_asks_for_what_is_missing(desk, notice):
    assert desk("assign", notice, "persons/siri", "--name", "Siri Dahle")[0] == 0
    assert desk("ask", notice, "--question", "Hvem er fastlege?", "--by", "2027-01-05")[0] == 0
    code, shown = desk("show", notice.removeprefix("notices/"), "--json")
    assert code == 0 and json.loads(shown)["state"] == "AWAITING_INFO"


def test_the_next_one_is_the_most_pressing(desk, gateway):
    urgent = send_notice(gateway, gateway.person("eva"), municipality="4698", urgent=True).name
    code, shown = desk("take", "--unit", "units/lyngnes", "--json", IP_TOKEN=gateway._person_token("torbjorn"))
    assert code == 0 and json.loads(shown)["name"] == urgent, shown


def test_it_accepts_with_the_number_from_standard_input(desk, gateway, notice):
    assert desk("assign", notice, "persons/siri", "--name", "Siri Dahle")[0] == 0
    kari = gateway.persons["kari"]
    code, shown = desk("accept", notice, "--outcome", "COORDINATOR_ONLY", "--law", "COORD_HOL_7_2", "--coordinator",
                       kari.name, "--organization", kari.organization, "--email", kari.work_email,
                       typed=kari.national_id + "\n")
    assert code == 0 and "ACCEPTED" in shown, shown


def test_the_queue_is_live(environment, desk, notice):
    with subprocess.Popen([DESK, "watch", "--json"], stdout=subprocess.PIPE, text=True, env=environment) as watch:
        try:
            events = map(json.loads, watch.stdout)
            start = next(event for event in events if event.get("snapshotComplete"))
            desk("assign", notice, "persons/siri", "--name", "Siri Dahle")
            change = next(event for event in events if event.get("item", {}).get("name") == notice)
            assert change["item"]["state"] == "IN_TRIAGE" and change["cursor"] != start["cursor"]
        finally:
            watch.kill()
    # Another desk goes on where that one was, and is told the same change.
    command = [DESK, "watch", "--json", "--after", start["cursor"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as watch:
        try:
            again = next(event for event in map(json.loads, watch.stdout) if event["item"]["name"] == notice)
            assert again["cursor"] == change["cursor"]
        finally:
            watch.kill()


def test_exit_codes(desk):
    assert desk("--help")[0] == 0
    assert desk("take", "--unknown")[0] == 2
    assert desk("queue", IP_TOKEN="")[0] == 3
    assert desk("queue", "--role", "UNIT_LEADER")[0] == 3  # siri leads nothing
    assert desk("show", "finnes-ikke")[0] == 4
    assert desk("queue", IP_GATEWAY="127.0.0.1:1")[0] == 5


def test_completion(environment, notice):
    script = f'''cd {DESK.parent}; source <(./desk completion)
        COMP_WORDS=(./desk {{0}} "{{1}}") COMP_CWORD={{2}}; _desk; printf '%s\\n' "${{{{COMPREPLY[@]}}}}"'''

    def complete(*words):
        command = script.format(*(*words, "")[:2], len(words))
        return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True,
                              env=environment).stdout.split()

    assert complete("re") == ["release", "reply", "reject"]
    assert notice in complete("take", "notices/") or notice in complete("show", "notices/")


def test_statistics_leave_small_cells_out(desk, demo):
    code, shown = desk("statistics", "--csv")
    assert code == 0
    header, *rows = [line.split(",") for line in shown.splitlines()]
    assert header == ["figure", "row", "column", "count"] and rows
    assert all(row[3] == "<5" or int(row[3]) >= 5 for row in rows)
    assert any(row[3] == "<5" for row in rows)
