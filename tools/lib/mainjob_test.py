"""The main job's own rules; the job itself is run by tests/e2e and scripts/run --check."""

import datetime
import pathlib
import sys
import types

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.lib import mainjob  # noqa: E402
from tools.lib.persons import FILE, Persons  # noqa: E402
from tools.seed.rehearsal import Rehearsal  # noqa: E402


def test_reminders_of_the_evaluation_fall_on_working_days():
    for n in range(800):
        today = datetime.date(2026, 1, 1) + datetime.timedelta(days=n)
        day = mainjob.evaluation_day(today)
        assert day.weekday() == 2 and 35 <= (day - today).days <= 70
        for before in (7, 14):
            d = day - datetime.timedelta(days=before)
            assert (d.month, d.day) not in {(12, 24), (12, 25), (12, 26), (1, 1), (5, 1), (5, 17)}


def test_all_calls_before_the_mail_can_be_made(tmp_path, monkeypatch):
    monkeypatch.setattr(mainjob, "Gateway", lambda *_, **__: Rehearsal(Persons(FILE)))
    suite = types.SimpleNamespace(
        persons_file=FILE, clock_file=tmp_path / "clock", mail_url="", folder=tmp_path, helseid_url="",
        gateway_address="", url="http://localhost:1")
    said = []
    job = mainjob.MainJob(suite, said.append)
    monkeypatch.setattr(job, "see_queue", lambda: None)
    monkeypatch.setattr(job, "remind", lambda days: None)
    monkeypatch.setattr(job, "check_mail", lambda: None)
    job.run()
    assert len(said) == 11
    methods = [method for _, _, method, _ in job.gateway.calls]
    for method in ("SubmitNotice", "TakeNextNotice", "AcceptNotice", "AcceptCoordinatorAppointment",
                   "CreateGoal", "AcceptActivity", "GiveConsent", "CreateEvaluation", "ApprovePlan",
                   "ActivatePlan"):
        assert method in methods


def test_a_failure_says_which_service(tmp_path):
    suite = types.SimpleNamespace(
        persons_file=FILE, clock_file=tmp_path / "clock", mail_url="http://127.0.0.1:9", folder=tmp_path,
        helseid_url="http://127.0.0.1:9", gateway_address="127.0.0.1:9", url="http://localhost:9")
    with pytest.raises(mainjob.StepFailed, match="a person without a plan logs in"):
        mainjob.MainJob(suite, print).run()
