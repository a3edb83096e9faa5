"""What docs/operations.md, "Investigate", says of calls that fail and of reminders that do not go out."""

import contextlib
import datetime
import json
import time

import pytest
import requests

from tests.e2e.investigate_test import eventually, lines
from tools.lib.clock import OSLO
from tools.lib.dbserver import Server
from tools.lib.ipclient import CallFailed
from tools.lib.mainjob import COORDINATOR, OWNERS, MainJob
from tools.suite.suite import Ports, Suite, free_port

from individuellplan.notification.v1 import notification_service_pb2 as notifications
from individuellplan.plan.v1 import plan_service_pb2 as plans


@contextlib.contextmanager
def active_plan(folder, prepare=lambda suite: None):
    """A plan that is active, and metrics of notification-service."""
    suite = Suite(folder, Ports.free(), print)
    prepare(suite)
    metrics = f"127.0.0.1:{free_port()}"
    suite.processes["notification-service"].env = {"IP_METRICS_ADDRESS": metrics}
    try:
        suite.start()
        job = MainJob(suite, print)
        job.metrics = f"http://{metrics}/metrics"
        for step, what in job.steps():
            step()
            if "activates the plan" in what:
                break
        yield job
    finally:
        suite.stop()


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    with active_plan(tmp_path_factory.mktemp("reminders")) as job:
        yield job


def metric(job, name):
    """The value of a sample, as it is written with its labels; None when there is none yet."""
    for line in requests.get(job.metrics, timeout=5).text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[-1])
    return None


def refused(call, request):
    with pytest.raises(CallFailed) as failed:
        call(request)
    return failed.value


def test_what_a_client_sees_as_an_error_id_stands_in_the_log(job):
    """A table that is gone is nothing a client could mend."""
    server = Server(socket=f"{job.suite.folder}/db/s.sock")
    server.run("RENAME TABLE ip_plan.plan_list TO ip_plan.gone")
    try:
        failed = refused(job.gateway.person(COORDINATOR).plan.ListPlans, plans.ListPlansRequest())
    finally:
        server.run("RENAME TABLE ip_plan.gone TO ip_plan.plan_list")
    assert failed.code == "INTERNAL" and "Error id " in failed.message and "gone" not in failed.message
    said = failed.message.split("Error id ")[1].split()[0].rstrip(".")
    for line in ({"event": "rpc", "error_id": said}, {"event": "internal_error", "error_id": said},
                 {"event": "sql_failed", "errno": 1146}):  # no such table
        assert eventually(lambda line=line: lines(job.suite, "plan-service", **line))


def test_a_read_that_cannot_be_logged_is_refused(job):
    server, read = Server(socket=f"{job.suite.folder}/db/s.sock"), job.gateway.person(job.responsible).plan.GetPlan
    request = plans.GetPlanRequest(name=job.plan_name())
    read(request)
    server.run("RENAME TABLE ip_plan.access_log TO ip_plan.gone")
    try:
        failed = refused(read, request)
    finally:
        server.run("RENAME TABLE ip_plan.gone TO ip_plan.access_log")
    assert (failed.code, failed.reason) == ("UNAVAILABLE", "ACCESS_LOG_UNAVAILABLE")
    assert read(request).name == request.name


def test_a_feed_that_is_not_followed_shows_and_is_named(job):
    followed = 'ip_notify_feed_followed{source="plan"}'
    assert eventually(lambda: metric(job, followed) == 1)
    job.suite.kill("plan-service")
    try:
        assert eventually(lambda: metric(job, followed) == 0)
        assert eventually(lambda: lines(job.suite, "notification-service", event="feed_interrupted", source="plan"))
        assert metric(job, 'ip_notify_feed_followed{source="referral"}') == 1
    finally:
        job.suite.start_one("plan-service")
    assert eventually(lambda: metric(job, followed) == 1)


def test_mails_wait_for_a_relay_that_is_away_and_none_is_lost(job):
    address = job.persons[job.responsible].work_email
    before = {mail.id for mail in job.mails.mails(address)}
    job.suite.processes["mail-sink"].stop()
    due = datetime.datetime.combine(job.due, datetime.time(9), OSLO) - datetime.timedelta(days=14)
    job.clock.set(due)

    def shut():
        job.clock.advance(minutes=1)  # it tries again later and later
        return metric(job, "ip_notify_relay_shut") == 1

    assert eventually(shut)
    job.suite.start_one("mail-sink")
    end = time.monotonic() + 40
    while not (found := job.mails.wait(address, before, 1)):
        assert time.monotonic() < end, "the mail that waited did not come"
        job.clock.advance(minutes=1)
    assert len(found) == 1 and metric(job, "ip_notify_relay_shut") == 0


def test_a_mail_of_unknown_fate_is_held_and_sent_again_by_hand(tmp_path):
    """A relay that hangs up after the last byte of a mail to whoever is responsible."""
    def prepare(suite):
        persons = json.loads(suite.persons_file.read_text())
        for person in persons["persons"]:
            if person["login"] in OWNERS.values():
                person["work_email"] = f"dot-drop.{person['work_email']}"
        suite.persons_file = tmp_path / "persons.json"
        suite.persons_file.write_text(json.dumps(persons))
        suite.processes["mail-sink"].command.append("--faults")
        suite.processes["notification-service"].command.append("--settle_seconds=10")

    with active_plan(tmp_path / "suite", prepare) as job:
        operator = job.gateway.person("drift", "OPERATOR").notification

        def in_state(state):
            return operator.ListDeliveries(notifications.ListDeliveriesRequest(state=state)).deliveries

        assert not in_state("UNKNOWN")
        job.clock.set(datetime.datetime.combine(job.due, datetime.time(9), OSLO) - datetime.timedelta(days=14))
        unknown, = eventually(lambda: in_state("UNKNOWN"))
        action = notifications.DeliveryActionRequest(name=unknown.name, reason="The relay never had it, its log says.")
        assert "ListDeliveries" in refused(operator.RetryDelivery, action).message
        held, = eventually(lambda: in_state("HELD"), 40)
        assert (held.name, held.reason) == (unknown.name, "MAY_HAVE_ARRIVED")
        address = job.persons[job.responsible].work_email
        assert not job.mails.mails(address)

        relay = job.suite.processes["mail-sink"]
        relay.stop()
        relay.command.remove("--faults")
        job.suite.start_one("mail-sink")
        operator.RetryDelivery(action)
        assert len(eventually(lambda: job.mails.mails(address))) == 1
        assert not in_state("HELD") and not in_state("UNKNOWN")
