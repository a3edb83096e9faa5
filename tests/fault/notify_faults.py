#!/usr/bin/python3
"""notification-service under kill -9, pauses, database kills, SMTP faults, a relay that is down, and
rolling restarts. Afterwards it is counted against the relay's own truth: nothing lost, nothing doubled
that the ledger does not explain.

    IP_PRESET=dev tests/fault/notify_faults.py [--mails N] [--json FILE] [NAME…]

Names: kill9 pause db_kill smtp_faults relay_down rolling close_race. Each prints one JSON line.
"""

import argparse
import datetime
import json
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from notify_rig import (CLAIMED, DEAD, FAILED, HELD, SCHEDULED, SENDING, SENT, SUPPRESSED,  # noqa: E402
                        UNKNOWN, Rig)
from notify_mta import Dovecot  # noqa: E402

PATIENCE = 240
# What goes wrong on the first attempt of some mails; the second finds another address.
FAULTS = ["rcpt-450", "rcpt-421", "rcpt-drop", "data-451", "dot-451", "dot-421", "dot-drop", "dot-drop-taken",
          "dot-garbage", "dot-garbage-taken"]
QUICK = ["--lease_seconds=2", "--smtp_reply_seconds=2", "--settle_seconds=4", "--mailbox_seconds=1", "--relay_pause_seconds=1"]


class Run:
    """One scenario: tells `count` receipts while `disturb` does its worst, then counts."""

    def __init__(self, name, count, disturb=None, replicas=3, faults=0.05, seed=1):
        self.name, self.count, self.disturb, self.replicas = name, count, disturb, replicas
        self.random = random.Random(seed)
        self.faults = faults
        self.events = 0

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            # A journal mailbox on a real IMAP server: unknowns are settled by evidence.
            dovecot = Dovecot(pathlib.Path(folder) / "dovecot")
            rig = Rig(pathlib.Path(folder) / "suite", self.replicas, flags=[*QUICK, *dovecot.journal_flags()])
            rig.use_journal(dovecot.maildir("journal"))
            dovecot.start()
            try:
                rig.start()
                return self.live(rig)
            finally:
                rig.stop()
                dovecot.stop()

    def live(self, rig):
        for number in range(self.count):
            if self.random.random() < self.faults:
                rig.feeds.emails[f"persons/p{number}"] = [
                    f"{self.random.choice(FAULTS)}.p{number}@example.no", f"p{number}@example.no"]
        done = threading.Event()

        def tell():
            for number in range(self.count):
                rig.feeds.receipt(number)
                if number % 20 == 0:
                    time.sleep(0.05)
            done.set()

        threading.Thread(target=tell, daemon=True).start()
        hurry = Hurry(rig)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            states = rig.states()
            ended = sum(states[s] for s in (SENT, HELD, DEAD, FAILED, SUPPRESSED))
            if done.is_set() and ended >= self.count:
                break
            hurry()
            if self.disturb and (not done.is_set() or ended < self.count * 0.9):
                self.disturb(self, rig)
                self.events += 1
            else:
                time.sleep(0.3)
        return self.judge(rig)

    def judge(self, rig):
        copies, states = rig.copies(), rig.states()
        explained = {row[0].split("/p")[1] for row in rig.query(
            "SELECT DISTINCT m.recipient FROM message m JOIN attempt a ON a.message_id = m.id "
            "WHERE a.outcome IN ('UNKNOWN', 'LOST')")}
        seen = [copies[f"p{n}"] for n in range(self.count)]
        doubled = [n for n in range(self.count) if seen[n] > 1]
        line = {"name": f"notify.{self.name}", "expected": self.count,
                "seen": sum(1 for n in seen if n), "lost": sum(1 for n in seen if n == 0),
                "doubled": len(doubled), "kills": self.events,
                "unknown": len(explained), "unexplained": sum(1 for n in doubled if str(n) not in explained),
                "held": states[HELD], "unsettled": states[UNKNOWN], "unreached": states[DEAD] + states[FAILED]}
        return line


class Hurry:
    """Lets business time pass a little, so that backoff of minutes is over in seconds."""

    def __init__(self, rig):
        self._rig, self._at = rig, time.monotonic()

    def __call__(self):
        if time.monotonic() - self._at > 3:
            self._at = time.monotonic()
            self._rig.clock.offset += datetime.timedelta(minutes=3)


def kill9(run, rig):
    service = run.random.choice(rig.services)
    time.sleep(run.random.uniform(0.05, 0.8))
    service.kill()
    service.start()


def pause(run, rig):
    """Past its lease; a sender that is then behind must send nothing."""
    service = run.random.choice(rig.services)
    service.popen.send_signal(signal.SIGSTOP)
    time.sleep(run.random.uniform(4.5, 6))
    service.popen.send_signal(signal.SIGCONT)
    time.sleep(0.3)


def db_kill(run, rig):
    time.sleep(run.random.uniform(1, 3))
    rig.restart_database()


def rolling(run, rig):
    service = rig.services[run.events % len(rig.services)]
    time.sleep(0.5)
    service.stop()
    service.start()


def relay_down(run, rig):
    sink = rig.sink
    if run.events == 0:
        sink.kill()
        time.sleep(8)
        sink.start()
    else:
        time.sleep(0.5)


class CloseRace:
    """Duties are closed while their mails are being sent: none goes out that was closed when it was asked
    for the last time whether it is still due."""

    def __init__(self, count):
        self.count = count

    def __call__(self):
        chance = random.Random(1)
        with tempfile.TemporaryDirectory() as folder:
            rig = Rig(pathlib.Path(folder) / "suite", 2, flags=QUICK)
            try:
                rig.start()
                for number in range(self.count):
                    rig.feeds.receipt(number)
                    time.sleep(chance.uniform(0, 0.02))
                    if number >= 5:
                        rig.feeds.close(number - chance.randrange(6))
                rig.wait(lambda: rig.query("SELECT COUNT(*) FROM aggregate") == [[str(self.count)]], 60, "told")
                rig.wait(lambda: not sum(rig.states()[s] for s in (SCHEDULED, CLAIMED, SENDING)), 60, "all ended")
                copies = rig.copies()
                late = [n for n in range(self.count) if copies[f"p{n}"] and not rig.feeds.told[f"persons/p{n}"]]
                doubled = sum(copies[f"p{n}"] > 1 for n in range(self.count))
                open_ones = [n for n in range(self.count) if f"notices/{n}" not in rig.feeds._closed]
                return {"name": "notify.close_race", "expected": self.count, "seen": len(copies),
                        "lost": sum(copies[f"p{n}"] == 0 for n in open_ones), "doubled": doubled, "kills": 0,
                        "closed": self.count - len(open_ones), "after_close": len(late), "unexplained": len(late),
                        "held": 0, "unsettled": 0, "unreached": 0}
            finally:
                rig.stop()


SCENARIOS = {
    "kill9": lambda n: Run("kill9", n, kill9),
    "pause": lambda n: Run("pause", n, pause),
    "db_kill": lambda n: Run("db_kill", n, db_kill),
    "smtp_faults": lambda n: Run("smtp_faults", n, None, replicas=1, faults=0.5),
    "relay_down": lambda n: Run("relay_down", n, relay_down, replicas=2, faults=0),
    "close_race": CloseRace,
    "rolling": lambda n: Run("rolling", n, rolling, replicas=2, faults=0),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(SCENARIOS), metavar="NAME")
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--json")
    options = parser.parse_args()
    bad = 0
    for name in options.names:
        result = SCENARIOS[name](options.mails)()
        bad += result["lost"] + result["unexplained"]
        print(json.dumps(result), flush=True)
        if options.json:
            with open(options.json, "a") as file:
                file.write(json.dumps(result) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
