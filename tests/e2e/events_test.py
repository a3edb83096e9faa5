"""The example consumer of the event stream: killed again and again, it misses nothing."""

import os
import random
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.desk_test import send_notice
from tools.lib import generated  # noqa: F401

import grpc
from individuellplan.referral.v1 import referral_feed_service_pb2_grpc as feed
from individuellplan.referral.v1 import referral_service_pb2 as referral
from individuellplan.type.v1 import obligation_pb2

NOTICES, KILLS = 30, 8
PROGRAM = ROOT / "clients/python/follow_notices.py"
# Runs a program whose database ends the process, as kill -9 does, before the statement or commit behind so many.
DYING = """
import os, runpy, sqlite3, sys
left, sys.argv = int(sys.argv[1]), sys.argv[2:]
class Database(sqlite3.Connection):
    def spend(self):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
    def execute(self, *words):
        self.spend()
        return super().execute(*words)
    def __exit__(self, *raised):
        self.spend()
        return super().__exit__(*raised)
connect = sqlite3.connect
sqlite3.connect = lambda file: connect(file, factory=Database)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def start(suite):
    """Starts the consumer, or another program in its place; it dies behind so many statements."""
    subprocess.run([ROOT / "scripts/generate-clients", "python"], check=True)
    secret = (suite.folder / "idp/fjordvik-journal.secret").read_text().strip()
    path = os.pathsep.join([str(ROOT / "build/clients/python"), str(PROGRAM.parent)])

    def run(file, program=PROGRAM, dies_after=None):
        dying = [] if dies_after is None else ["-c", DYING, str(dies_after)]
        return subprocess.Popen(
            [sys.executable, *dying, program, file], stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, "IP_CLIENT_SECRET": secret,
                 "IP_GATEWAY": suite.gateway_address, "IP_ISSUER": suite.helseid_url})
    return run


def wait(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_nothing_is_lost_over_kills(start, gateway, tmp_path):
    file = tmp_path / "notices.sqlite"
    journal = gateway.system("fjordvik-journal")
    chance = random.Random(8)
    expected, process = {}, start(file)
    for number in range(NOTICES):
        notice = send_notice(gateway, journal)
        if number % 3 == 0:
            notice = journal.referral.WithdrawNotice(referral.ActionRequest(name=notice.name, etag=notice.etag))
        expected[notice.name] = "" if number % 3 == 0 else "NOTICE_RECEIPT"
        if number % (NOTICES // KILLS) == 2:
            process.kill()  # -9, wherever it is
            process.wait()
            if chance.random() < 0.7:
                process = start(file)  # else it is down for a while
    if process.poll() is not None:
        process = start(file)
    try:
        wait(lambda: stored(file, expected) == expected, 30)
        assert stored(file, expected) == expected
    finally:
        process.kill()


@pytest.fixture
def dies_again_and_again(start, gateway, tmp_path):
    """What is expected, and what a program holds that dies at each of its statements in turn."""
    def run(program):
        file, journal = tmp_path / "notices.sqlite", gateway.system("fjordvik-journal")
        first = {send_notice(gateway, journal).name: "NOTICE_RECEIPT"}
        process = start(file)  # so that what others have sent is behind it
        assert wait(lambda: stored(file, first) == first, 30)
        process.kill()
        process.wait()
        expected = {send_notice(gateway, journal).name: "NOTICE_RECEIPT" for _ in range(4)}
        last = list(expected)[-1]
        for dies_after in [*range(1, 8)] * 4:
            process = start(file, program, dies_after)
            died = wait(lambda: process.poll() is not None or last in stored(file, expected), 10)
            process.kill()
            process.wait()
            if not died or last in stored(file, expected):
                break  # it has come to the end, and waits
        return expected, stored(file, expected)
    return run


def test_dying_at_any_statement_loses_nothing(dies_again_and_again):
    expected, found = dies_again_and_again(PROGRAM)
    assert found == expected


def test_a_consumer_that_stores_its_cursor_first_is_caught(dies_again_and_again, tmp_path):
    """So that one knows that the test above can fail."""
    source = PROGRAM.read_text()
    cursor = '        database.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (event.cursor,))\n'
    begin = "    with database:  # one transaction"
    assert source.count(cursor) == 1 and source.count(begin) == 1
    broken = tmp_path / "broken.py"
    broken.write_text(source.replace(cursor, "").replace(begin, f"    with database:\n{cursor}{begin}"))
    expected, found = dies_again_and_again(broken)
    assert set(found) < set(expected)


def stored(file, expected):
    try:
        with sqlite3.connect(file) as database:
            rows = database.execute("SELECT name, duties FROM notice").fetchall()
    except sqlite3.OperationalError:  # the consumer is about to make it
        rows = []
    return {name: duties for name, duties in rows if name in expected}


def test_others_notices_are_not_in_the_stream(suite, gateway):
    others = send_notice(gateway, gateway.system("fjordheim-journal"))
    own = send_notice(gateway, gateway.system("fjordvik-journal"))
    token = gateway._system_token("fjordvik-journal")
    events = feed.ReferralFeedServiceStub(gateway.channel).WatchEvents(
        obligation_pb2.WatchEventsRequest(), timeout=20, metadata=[("authorization", f"Bearer {token}")])
    for event in events:
        assert event.aggregate != others.name
        capacities = {party.capacity for duty in event.obligations for party in duty.parties}
        assert capacities <= {obligation_pb2.Obligation.NOTIFIER}
        if event.aggregate == own.name:
            break
    events.cancel()


def test_persons_may_not_follow(gateway):
    token = gateway._person_token("eva")
    events = feed.ReferralFeedServiceStub(gateway.channel).WatchEvents(
        obligation_pb2.WatchEventsRequest(), timeout=20, metadata=[("authorization", f"Bearer {token}")])
    with pytest.raises(grpc.RpcError) as refused:
        next(events)
    assert refused.value.code() == grpc.StatusCode.PERMISSION_DENIED
