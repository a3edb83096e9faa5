"""A coordinator who asks for somebody else is heard: the unit gets a mail, and finds what it is about."""

import datetime
import json
import time

import pytest

from tests.e2e.conftest import running_suite
from tools.lib.clock import OSLO
from tools.lib.ipclient import request_id
from tools.lib.mainjob import CASE_WORKER, COORDINATOR, MainJob

from individuellplan.notification.v1 import notification_service_pb2 as notification
from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.type.v1 import obligation_pb2 as obligation


# A suite of its own: its unit has no other duties.
@pytest.fixture(scope="module")
def job(tmp_path_factory):
    with running_suite(tmp_path_factory.mktemp("hand-over")) as suite:
        job = MainJob(suite, print)
        for step, what in job.steps():
            step()
            if "activates the plan" in what:
                break
        yield job


def told(job):
    """What the unit has been told about a hand-over."""
    inbox = job.gateway.person(CASE_WORKER, "CASE_WORKER").notification.ListMyNotifications(
        notification.ListMyNotificationsRequest())
    return [each for each in inbox.notifications if each.kind == obligation.Obligation.COORDINATOR_HANDOVER]


def test_the_unit_gets_a_mail(job):
    coordinator = job.gateway.person(COORDINATOR)
    plan = coordinator.plan.GetPlan(plans.GetPlanRequest(name=job.plan_name()))
    mine = next(each for each in plan.coordinator_appointments if each.state == each.ACTIVE)
    units = json.loads(job.suite.reference_file.read_text())["units"]
    address = next(unit["email"] for unit in units if unit["name"] == plan.unit)
    seen = {mail.id for mail in job.mails.mails(address)}
    assert not told(job)
    # A Wednesday in the unit's working hours.
    morning = datetime.datetime.combine(job.due - datetime.timedelta(days=21), datetime.time(11), OSLO)
    job.clock.set(morning)

    coordinator.plan.RequestCoordinatorHandover(plans.ActionRequest(
        name=mine.name, etag=mine.etag, reason="Flytter til en annen by.", request_id=request_id("hand-over")))
    # Ten minutes to think again, from when the service heard of it: that may be before or after the first hour.
    end = time.monotonic() + 60
    for hours in (1, 2):
        job.clock.set(morning + datetime.timedelta(hours=hours))
        while not told(job) and time.monotonic() < end - 30 * (2 - hours):
            time.sleep(0.2)
    assert told(job), "the unit's inbox does not tell of the hand-over"
    mails = job.mails.wait(address, seen, end - time.monotonic())
    assert mails, f"no mail to {address}"
    text = "\n".join(mail.everything() for mail in mails)
    for word in ("Flytter", plan.subject.display_name.split()[0], plan.name.split("/")[1]):
        assert word not in text

    found = told(job)[0]
    assert found.obligation == mine.name
