"""The main job against the real programs, once undisturbed and once with every program killed on the way."""

import time

import pytest

from tests.e2e.conftest import gateway_of, running_suite
from tools.lib.ipclient import CallFailed
from tools.lib.mainjob import MainJob, StepFailed

from individuellplan.referral.v1 import referral_service_pb2 as referral


# A suite of its own: the main job counts mails, and others give the same helpers other duties.
@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    with running_suite(tmp_path_factory.mktemp("main-job")) as suite:
        yield suite


@pytest.fixture(scope="module")
def gateway(suite):
    return gateway_of(suite)


def test_the_main_job_works(suite):
    said = []
    MainJob(suite, said.append).run()
    assert len(said) == 11


def test_nothing_acknowledged_is_lost_when_programs_are_killed(suite):
    job = MainJob(suite, print)
    victims = ["gateway", "referral-service", "plan-service", "database", "notification-service",
               "identity-provider"]
    for number, (step, what) in enumerate(job.steps()):
        victim = victims[number % len(victims)]
        if number > 0:
            suite.kill(victim)
            suite.start_one(victim)
        try:
            step()
        except Exception as failure:
            raise AssertionError(f"after kill -9 of {victim}: {what}: {failure}") from failure


def wait_until_the_gateway_reaches_it_again(gateway, seconds=20):
    deadline = time.monotonic() + seconds
    while True:
        try:
            return gateway.person("eva").referral.ListUnits(referral.ListUnitsRequest())
        except CallFailed as failure:
            if failure.code != "UNAVAILABLE" or time.monotonic() > deadline:
                raise


def test_a_stopped_service_is_named(suite, gateway):
    suite.processes["referral-service"].stop()
    try:
        with pytest.raises(StepFailed, match="referral-service"):
            MainJob(suite, print).run()
    finally:
        suite.start_one("referral-service")
        wait_until_the_gateway_reaches_it_again(gateway)
