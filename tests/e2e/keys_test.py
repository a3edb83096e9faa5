"""Keys while the suite works: plans from before there were own keys get them, the ring moves to a new key, and a plan
whose key was taken away opens with no key that anybody still has."""

import base64
import re
import secrets
import subprocess
import threading
import time

import pytest
import requests

from tests.e2e.backup_test import seen
from tests.e2e.conftest import ROOT, gateway_of
from tools.backup.chain import broken_chains, open_sealed, open_with, read_keys
from tools.lib.dbserver import Server
from tools.lib.ipclient import CallFailed
from tools.lib.mainjob import CASE_WORKER, COORDINATOR, GOAL, MainJob
from tools.suite.suite import BIN, SCHEMAS, Ports, Suite

from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import referral_service_pb2 as referral

SEALING = ("plan-service", "referral-service")
ADMINISTRATORS = ("anna", "bent")


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    """A case that was sealed by the ring alone, on a suite that makes own keys since; and a case of that time."""
    suite = Suite(tmp_path_factory.mktemp("keys"), Ports.free(), print)
    for name in SEALING:
        suite.processes[name].command.remove("--own_keys")
    try:
        suite.start()
        job = MainJob(suite, print)
        job.run()
        for name in SEALING:
            suite.processes[name].command.append("--own_keys")
        restart(suite)
        MainJob(suite, print).run()
        yield job
    finally:
        suite.stop()


def restart(suite):
    for name in SEALING:
        suite.processes[name].stop()
        suite.start_one(name)


def new_key(number):
    return f"{number} {base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip('=')}\n"


def script(name, suite, *arguments, user="root"):
    return subprocess.run([ROOT / "scripts" / name, *arguments, f"--socket={suite.folder}/db/s.sock", f"--user={user}"],
                          capture_output=True, text=True)


def server_of(suite):
    return Server(socket=f"{suite.folder}/db/s.sock")


def run_noting(job, failures):
    try:
        job.run()
    except Exception as failure:
        failures.append(failure)


def test_keys_rotate_while_the_suite_works(job):
    suite = job.suite
    before, _ = seen(job)
    file = suite.keys / "document.keys"
    old = file.read_text()
    new = new_key(2)
    file.write_text(new + old)
    restart(suite)

    other, failures, rounds = MainJob(suite, print), [], 0
    worker = threading.Thread(target=run_noting, args=(other, failures))
    worker.start()
    while True:
        busy = worker.is_alive()
        done = script("rekey", suite, "--own-keys", "--pause=0.01", f"--document-keys-file={file}")
        rounds += 1
        assert "do not open" not in done.stdout and not done.stderr, done.stdout + done.stderr
        if not busy:
            break
    worker.join()
    assert not failures, failures[0]
    assert rounds > 1
    assert done.returncode == 0 and "nothing is left" in done.stdout
    for table, column in (("ip_plan.plan", "document"), ("ip_plan.plan_revision", "reason"),
                          ("ip_plan.plan_revision", "document"), ("ip_referral.notice_revision", "document")):
        assert server_of(suite).query(f"SELECT COUNT(*) FROM {table} WHERE LEFT({column}, 1) <> X'02'") == [["0"]]

    file.write_text(new)
    restart(suite)
    after, _ = seen(job)
    # The coordinator has one plan more now.
    assert {**after, "coordinator's list": None} == {**before, "coordinator's list": None}
    seen(other)


def test_other_keys_and_passwords_are_replaced_in_turn(job):
    """As the runbook says it, with somebody who stays logged in and calls after each restart."""
    suite, request = job.suite, plans.GetPlanRequest(name=job.plan_name())
    browser = job.gateway.person(job.owner, browser=True)
    browser.plan.GetPlan(request)

    def restart_in_turn(*names):
        for name in names:
            suite.processes[name].stop()
            suite.start_one(name)
            assert browser.plan.GetPlan(request).name == request.name, f"after the restart of {name}"

    sessions = suite.keys / "session.keys"
    sessions.write_text(new_key(2) + sessions.read_text())
    restart_in_turn("gateway")

    for signer in ("gateway", "referral-service", "notification-service"):
        (suite.keys / f"internal/{signer}.jwk").unlink()
    subprocess.run([BIN / "ip-keys", "init", suite.keys], check=True)
    restart_in_turn("plan-service", "referral-service", "notification-service", "gateway")

    for name in SCHEMAS:
        (suite.keys / f"{name}.db-password").write_text(secrets.token_urlsafe(24))
    suite._migrate()
    restart_in_turn(*SCHEMAS)


def test_the_secret_at_the_identity_provider_is_replaced(job):
    """The provider has the new one first; until the gateway has it too, nobody logs in, and who is in stays in."""
    suite, request = job.suite, plans.GetPlanRequest(name=job.plan_name())
    inside = job.gateway.person(job.owner, browser=True)
    inside.plan.GetPlan(request)
    gateway_log = suite.processes["gateway"].log

    def log_in_and_look():
        return gateway_of(suite).person(job.owner, browser=True).plan.GetPlan(request).name

    assert log_in_and_look() == request.name
    assert "invalid_client" not in gateway_log.read_text()
    (suite.keys / "oidc-client-secret").write_text(secrets.token_urlsafe(24))
    suite.processes["identity-provider"].stop()
    suite.start_one("identity-provider")
    with pytest.raises(requests.HTTPError) as refused:
        log_in_and_look()
    assert refused.value.response.url.startswith(suite.url)
    assert '"error":"invalid_client"' in gateway_log.read_text()  # the old secret opens nothing any more
    assert inside.plan.GetPlan(request).name == request.name

    suite.processes["gateway"].stop()
    suite.start_one("gateway")
    assert inside.plan.GetPlan(request).name == request.name
    assert log_in_and_look() == request.name


def dump_of(suite):
    return subprocess.run(server_of(suite).command("mariadb-dump", "--hex-blob", "--databases", "ip_plan", "ip_referral"),
                          check=True, capture_output=True, text=True).stdout


def everything_opened(suite, dump):
    """What a thief gets who has a dump and all keys of the ring: each value of the dump under each key that opens."""
    ring = read_keys(suite.keys / "document.keys")
    names = set(re.findall(r"'((?:plans|notices)/[a-z0-9-]+)'", dump))
    values = {bytes.fromhex(value) for value in re.findall(r"0x((?:[0-9A-F]{2}){29,})", dump)}
    own = [key for value in values if len(value) == 65 for name in names
           if (key := open_sealed(ring, value, f"{name.split('/')[0][:-1]}_key|{name}"))]
    texts = {name: b"" for name in names}
    for value in values:
        for name in names:
            for place in places_of(name):
                for plain in opened(value, ring, own, place):
                    texts[name] += plain
    return texts


def places_of(name):
    table = name.split("/")[0][:-1]
    for revision in range(1, 40):
        yield f"{table}|{name}|{revision}"
        yield f"{table}_revision|{name}|{revision}"
        yield f"{table}_revision|{name}|{revision}|reason"


def opened(value, ring, own, place):
    if value[0] == 1:
        found = [open_sealed(ring, value, place)]
    else:
        found = [open_with(key, 1, value, place) for key in own if value[0] == 2]
    return [plain for plain in found if plain]


def refused(call, request):
    with pytest.raises(CallFailed) as failure:
        call(request)
    return failure.value.code, failure.value.reason


def erase(suite, name):
    """Anna asks, Bent agrees; neither can do it alone, or twice."""
    anna, bent = ADMINISTRATORS

    def said(user, *arguments):
        done = script("erase", suite, *arguments, user=user)
        return done.returncode, done.stderr
    assert "somebody else" in said(bent, "approve", name)[1]
    assert said(anna, "request", name, "--decision=2026/17") == (0, "")
    assert "somebody else" in said(anna, "approve", name)[1]
    assert said(bent, "approve", name) == (0, "")
    assert "erased before" in said(bent, "approve", name)[1]


def test_an_erased_plan_opens_with_no_key(job):
    suite, plan, notice = job.suite, job.plan_name(), job.notice.made["notice"].name
    person, server = job.gateway.person, server_of(suite)
    owner, case_worker = person(job.owner).plan, person(CASE_WORKER, "CASE_WORKER").referral
    for name in ADMINISTRATORS:
        server.run(f"CREATE USER {name}@localhost; GRANT SELECT, INSERT, UPDATE, DELETE ON ip_plan.* TO {name}@localhost;"
                   f" GRANT SELECT, INSERT, UPDATE, DELETE ON ip_referral.* TO {name}@localhost;")
    still_open = script("erase", suite, "request", plan, "--decision=2026/17", user=ADMINISTRATORS[0])
    assert still_open.returncode == 1 and "still open" in still_open.stderr
    held = owner.GetPlan(plans.GetPlanRequest(name=plan))
    owner.RevokePlan(plans.ActionRequest(name=plan, etag=held.etag, reason="Ønsker ingen plan"))
    old_dump = dump_of(suite)
    before = everything_opened(suite, old_dump)
    assert GOAL.encode() in before[plan] and before[notice]  # the search finds what can be found

    erase(suite, plan)
    erase(suite, notice)
    assert refused(owner.GetPlan, plans.GetPlanRequest(name=plan)) == ("NOT_FOUND", "RESOURCE_ERASED")
    assert refused(owner.ListPlanRevisions, plans.ListPlanRevisionsRequest(name=plan))[1] == "RESOURCE_ERASED"
    assert refused(case_worker.GetNotice, referral.GetNoticeRequest(name=notice))[1] == "RESOURCE_ERASED"
    for who in (job.owner, COORDINATOR):
        listed = person(who).plan.ListPlans(plans.ListPlansRequest(page_size=100)).plans
        assert plan not in [item.name for item in listed]

    after = everything_opened(suite, dump_of(suite))
    assert after[plan] == after[notice] == b""
    assert any(GOAL.encode() in text for text in after.values())  # other people's plans open as before
    assert server.query(f"SELECT COUNT(*) FROM ip_plan.plan_revision WHERE name = '{plan}'") != [["0"]]

    chains, rows, broken = broken_chains(server, suite.keys / "document.keys")
    assert chains and not broken
    assert server.query(f"SELECT COUNT(*) FROM ip_plan.access_log WHERE plan = '{plan}'") != [["0"]]
    assert script("erase", suite, "list").stdout.count("2026/17\tanna@localhost") == 2
    for name, table in ((plan, "ip_plan.plan"), (notice, "ip_referral.notice")):
        forgotten_by_reminders(server, name, table)
    close_old_dumps(suite)
    assert not any(everything_opened(suite, old_dump).values())
    assert any(GOAL.encode() in text for text in everything_opened(suite, dump_of(suite)).values())
    chains, _, broken = broken_chains(server, suite.keys / "document.keys")
    assert chains and not broken
    for name in SEALING:
        assert "does_not_open" not in suite.processes[name].log.read_text()


def close_old_dumps(suite):
    """The urgent way of "Erase": with a new ring key, and the old one gone, whatever was dumped before opens no more."""
    file = suite.keys / "document.keys"
    old = file.read_text()
    file.write_text(new_key(3) + old)
    restart(suite)
    done = script("rekey", suite, f"--document-keys-file={file}")
    assert done.returncode == 0 and "nothing is left" in done.stdout, done.stdout + done.stderr
    file.write_text(file.read_text().splitlines(keepends=True)[0])
    restart(suite)


def forgotten_by_reminders(server, name, table):
    end = time.monotonic() + 30
    while server.query(f"SELECT a.revision - h.revision FROM ip_notification.aggregate a JOIN {table} h USING (name)"
                       f" WHERE name = '{name}'") != [["1"]]:
        assert time.monotonic() < end, f"notification-service still has the duties of {name}"
        time.sleep(0.2)
