"""Backup, destruction, restore: the same plan, notice and reminders come back, with an unbroken access log; and a damaged
backup is not called whole."""

import shutil
import subprocess

import pytest

from tests.e2e.conftest import ROOT, running_suite
from tools.lib.dbserver import Server
from tools.lib.mainjob import COORDINATOR, MainJob

from individuellplan.notification.v1 import notification_service_pb2 as notification
from individuellplan.plan.v1 import access_service_pb2 as access
from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import referral_service_pb2 as referral

SERVICES = ["plan-service", "referral-service", "notification-service", "gateway"]


def backup(*arguments):
    return subprocess.run([ROOT / "scripts/backup", *arguments], capture_output=True, text=True)


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    with running_suite(tmp_path_factory.mktemp("backup")) as suite:
        job = MainJob(suite, print)
        job.run()
        yield job


def seen(job):
    """What people see of the main job's plan, notice and reminders, and what the access log says of itself."""
    person, plan = job.gateway.person, job.plan_name()
    verified = person(job.owner).access.VerifyAccessLog(access.VerifyAccessLogRequest(plan=plan))
    assert verified.intact
    return {
        "plan": person(job.owner).plan.GetPlan(plans.GetPlanRequest(name=plan)),
        "notice": person("sara", "CASE_WORKER").referral.GetNotice(
            referral.GetNoticeRequest(name=job.notice.made["notice"].name)),
        "reminders": person(job.responsible).notification.ListMyNotifications(
            notification.ListMyNotificationsRequest(page_size=100)).notifications,
        "coordinator's list": person(COORDINATOR).plan.ListPlans(plans.ListPlansRequest()).plans,
    }, verified.entry_count


def test_all_comes_back(job, tmp_path):
    suite = job.suite
    socket = f"--socket={suite.folder}/db/s.sock"
    before, entries = seen(job)
    assert len(before["reminders"]) >= 2
    done = backup("backup", socket, f"--to={tmp_path}", "--keep=3")
    assert done.returncode == 0, done.stderr

    for name in reversed(SERVICES):
        suite.processes[name].stop()
    suite.processes["database"].kill()
    shutil.rmtree(suite.folder / "db")

    suite.processes["database"] = next(suite._database())  # a new, empty one
    suite.start_one("database")
    done = backup("restore", socket, f"--from={tmp_path}")
    assert done.returncode == 0, done.stderr
    suite._migrate()  # makes the services' users again
    for name in SERVICES:
        suite.start_one(name)
    after, entries_after = seen(job)
    assert after == before
    assert entries_after > entries  # the look-ups since are written behind the old ones

    assert backup("restore", socket, f"--from={tmp_path}").returncode == 1  # never over what is there


def test_a_backup_is_tried_out_and_harm_is_found(job, tmp_path):
    socket = f"{job.suite.folder}/db/s.sock"
    server = Server(socket=socket)
    keys = f"--document-keys-file={job.suite.keys / 'document.keys'}"
    assert backup("backup", f"--socket={socket}", f"--to={tmp_path / 'good'}").returncode == 0
    good = backup("test", f"--from={tmp_path / 'good'}", keys)
    assert good.returncode == 0 and "all unbroken" in good.stdout, good.stderr

    plan = job.plan_name()
    server.query(f"DELETE FROM ip_plan.access_log WHERE plan = '{plan}' AND number = 2")
    assert backup("backup", f"--socket={socket}", f"--to={tmp_path / 'cut'}").returncode == 0
    cut = backup("test", f"--from={tmp_path / 'cut'}", keys)
    assert cut.returncode == 1 and plan in cut.stderr, cut.stdout

    [file] = (tmp_path / "good").glob("*.zst")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    damaged = backup("test", f"--from={file}", keys)
    assert damaged.returncode == 1 and "damaged" in damaged.stderr
