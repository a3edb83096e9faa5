"""The main job against the real programs, once undisturbed and once with every program killed on the way."""

import pytest

from tools.lib.mainjob import MainJob, StepFailed


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


def test_a_stopped_service_is_named(suite):
    suite.processes["referral-service"].stop()
    try:
        with pytest.raises(StepFailed, match="referral-service"):
            MainJob(suite, print).run()
    finally:
        suite.start_one("referral-service")
