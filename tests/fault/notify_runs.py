"""Runs that are more than receipts in portions."""

import collections
import datetime
import pathlib
import random
import statistics
import tempfile
import time

from notify_rig import CLAIMED, DEAD, FAILED, SCHEDULED, SENDING, SENT, Obligation, Rig
from notify_scenarios import QUICK


class CloseRace:
    """Duties are closed while their mails are being sent: none goes out that was closed when it was asked
    for the last time whether it is still due."""

    def __init__(self, name, count, _times=0, seed=1):
        self.name, self.count, self.random = name, count, random.Random(seed)

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            rig = Rig(pathlib.Path(folder) / "suite", 2, flags=QUICK)
            try:
                rig.start()
                for number in range(self.count):
                    rig.feeds.receipt(number)
                    time.sleep(self.random.uniform(0, 0.02))
                    if number >= 5:
                        rig.feeds.close(number - self.random.randrange(6))
                rig.wait(lambda: rig.query("SELECT COUNT(*) FROM aggregate") == [[str(self.count)]], 120, "told")
                rig.wait(lambda: not sum(rig.states()[s] for s in (SCHEDULED, CLAIMED, SENDING)), 120, "all ended")
                arrivals = rig.arrivals()
                late = [n for n in range(self.count)
                        if arrivals[f"p{n}"] and not rig.feeds.told[f"persons/p{n}"]]
                open_ones = [n for n in range(self.count) if not rig.feeds.is_closed(n)]
                return {"name": f"notify.{self.name}", "expected": self.count,
                        "seen": sum(map(bool, arrivals.values())),
                        "lost": sum(not arrivals[f"p{n}"] for n in open_ones),
                        "doubled": sum(len(at) > 1 for at in arrivals.values()), "kills": 0,
                        "closed": self.count - len(open_ones), "after_close": len(late)}
            finally:
                rig.stop()


class RelayDown:
    """The relay is down for six hours of business time while `count` mails fall due: six tenths of class A,
    the others of class B, each gathering two tasks."""

    def __init__(self, name, count, _times=1, seed=1):
        self.name, self.receipts, self.digests = name, count * 6 // 10, count - count * 6 // 10

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            rig = Rig(pathlib.Path(folder) / "suite", 2, flags=[*QUICK, "--senders=4"])
            try:
                rig.start(datetime.datetime(2027, 1, 4, 7, 30, tzinfo=rig.zone))
                return self.live(rig)
            finally:
                rig.stop()

    def live(self, rig):
        rig.sink.kill()
        for n in range(self.digests):
            # -3d of the 8th is the 5th; -14d of the 19th too.
            for task, day in (("a", 8), ("b", 19)):
                rig.feeds.tell(f"plans/{n}{task}", (Obligation.ACTIVITY_DUE, [
                    (f"persons/q{n}", Obligation.RESPONSIBLE)], datetime.date(2027, 1, day)))
        rig.wait(lambda: rig.query("SELECT COUNT(*) FROM aggregate") == [[str(2 * self.digests)]], 900, "planned")
        rig.set_time(datetime.datetime(2027, 1, 5, 8, 40, tzinfo=rig.zone))
        for n in range(self.receipts):
            rig.feeds.receipt(n)
        total = self.receipts + self.digests
        rig.wait(lambda: rig.query("SELECT COUNT(*) FROM message") == [[str(total)]], 900, "all due")
        for _ in range(36):  # six hours
            rig.set_time(rig.now() + datetime.timedelta(minutes=10))
            time.sleep(0.5)
        tried = int(rig.query("SELECT COUNT(*) FROM attempt WHERE outcome <> 'RELAY_SHUT'")[0][0])
        rig.sink.start()
        back = time.monotonic()
        rig.wait(lambda: rig.states()[SENT] >= total, 1800, "the backlog is gone")
        took = time.monotonic() - back
        arrivals, states = rig.arrivals(), rig.states()
        names = [f"p{n}" for n in range(self.receipts)] + [f"q{n}" for n in range(self.digests)]
        seen = [len(arrivals[name]) for name in names]
        rungs = collections.Counter(tuple(row) for row in rig.query(
            "SELECT rung, state FROM slot WHERE aggregate LIKE 'plans/%' AND notify_time IS NOT NULL"))
        return {"name": f"notify.{self.name}", "expected": total, "seen": sum(map(bool, seen)),
                "lost": seen.count(0), "doubled": sum(n > 1 for n in seen), "kills": 1,
                "b_mails_a_person": max(len(arrivals[f"q{n}"]) for n in range(self.digests)),
                "rungs_told": {rung: n for (rung, _), n in sorted(rungs.items())},
                "tried_while_down": tried, "backlog_gone_after_s": round(took),
                "unreached": states[DEAD] + states[FAILED]}


class Latency:
    """Ten receipts a second, one service: from the event to the relay's acceptance."""

    def __init__(self, name, count, _times=0, seed=1):
        self.name, self.count = name, count

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            rig = Rig(pathlib.Path(folder) / "suite", 1, flags=QUICK)
            try:
                rig.start()
                told, begin = {}, time.monotonic()
                for n in range(self.count):
                    time.sleep(max(0.0, begin + n / 10 - time.monotonic()))
                    told[f"p{n}"] = time.time_ns()
                    rig.feeds.receipt(n)
                rig.wait(lambda: rig.states()[SENT] == self.count, 120, "all sent")
                arrivals = rig.arrivals()
                took = sorted((arrivals[p][0] - at) / 1e9 for p, at in told.items() if arrivals[p])
                cuts = statistics.quantiles(took, n=100)
                return {"name": f"notify.{self.name}", "expected": self.count, "seen": len(took),
                        "lost": self.count - len(took), "doubled": sum(len(a) > 1 for a in arrivals.values()),
                        "kills": 0, "p50_s": round(cuts[49], 3), "p99_s": round(cuts[98], 3)}
            finally:
                rig.stop()
