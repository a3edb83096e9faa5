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


@pytest.fixture
def consumer(suite, tmp_path):
    subprocess.run([ROOT / "scripts/generate-clients", "python"], check=True)
    secret = (suite.folder / "idp/fjordvik-journal.secret").read_text().strip()

    def start():
        return subprocess.Popen(
            [sys.executable, ROOT / "clients/python/follow_notices.py", tmp_path / "notices.sqlite"],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT / "build/clients/python"), "IP_CLIENT_SECRET": secret,
                 "IP_GATEWAY": suite.gateway_address, "IP_ISSUER": suite.helseid_url})
    return start, tmp_path / "notices.sqlite"


def test_nothing_is_lost_over_kills(consumer, gateway):
    start, file = consumer
    journal = gateway.system("fjordvik-journal")
    chance = random.Random(8)
    expected, process = {}, start()
    for number in range(NOTICES):
        notice = send_notice(gateway, journal)
        if number % 3 == 0:
            notice = journal.referral.WithdrawNotice(referral.ActionRequest(name=notice.name, etag=notice.etag))
        expected[notice.name] = "" if number % 3 == 0 else "NOTICE_RECEIPT"
        if number % (NOTICES // KILLS) == 2:
            process.kill()  # -9, wherever it is
            process.wait()
            if chance.random() < 0.7:
                process = start()  # else it is down for a while
    if process.poll() is not None:
        process = start()
    try:
        deadline = time.monotonic() + 30
        while (found := stored(file, expected)) != expected and time.monotonic() < deadline:
            time.sleep(0.1)
        assert found == expected
    finally:
        process.kill()


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
