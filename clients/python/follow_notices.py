#!/usr/bin/python3
"""Follows the notices that one's organization has sent, and loses nothing over restarts.

    IP_CLIENT_SECRET=… clients/python/follow_notices.py notices.sqlite

The rule is one: the cursor is stored in the same transaction as what the event caused. Killed at any moment, it goes
on behind the last event whose effect is stored; an event that comes twice changes nothing (docs/events.md).
"""

import argparse
import sqlite3
import sys
import time

import grpc
from individuellplan.referral.v1 import referral_feed_service_pb2_grpc as feed
from individuellplan.type.v1 import obligation_pb2

from connect import channel, system_token

TABLES = """
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS notice (
  name TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  duties TEXT NOT NULL  -- what is open for us: NOTICE_INFORMATION means that the unit has asked something
);
"""
ENDS = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)  # the stream ends now and then: begin again


def store(database, event):
    with database:  # one transaction: effect and cursor, or neither
        if event.aggregate:  # without: only how far the stream has come
            duties = " ".join(obligation_pb2.Obligation.Kind.Name(duty.kind) for duty in event.obligations)
            # An event that comes twice, or late, is not newer than what is stored.
            database.execute(
                "INSERT INTO notice VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, "
                "duties = excluded.duties WHERE excluded.revision > revision",
                (event.aggregate, event.revision, duties))
        database.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", (event.cursor,))


def follow(database, stub):
    """Reads until the stream ends; True when anything came."""
    found = database.execute("SELECT cursor FROM place").fetchone()
    token = system_token("individuellplan/notices.read")
    seen = False
    try:
        for event in stub.WatchEvents(obligation_pb2.WatchEventsRequest(after=found[0] if found else ""),
                                      metadata=[("authorization", f"Bearer {token}")]):
            store(database, event)
            seen = True
            print(event.aggregate, event.revision, flush=True)
    except grpc.RpcError as error:
        if error.code() not in ENDS:
            raise
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", help="SQLite file; made when it is not there")
    database = sqlite3.connect(parser.parse_args().database)
    database.executescript(TABLES)
    stub = feed.ReferralFeedServiceStub(channel())
    pause = 0.2
    while True:
        pause = 0.2 if follow(database, stub) else min(2 * pause, 10)
        time.sleep(pause)


if __name__ == "__main__":
    try:
        main()
    except grpc.RpcError as refused:
        sys.exit(f"{refused.code().name}: {refused.details()}")
    except KeyboardInterrupt:
        sys.exit(130)
