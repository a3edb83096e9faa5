"""Runs that are more than receipts in portions."""

import collections
import datetime
import pathlib
import random
import statistics
import tempfile
import time

from notify_mta import Dovecot
from notify_rig import CLAIMED, DEAD, FAILED, HELD, SCHEDULED, SENDING, SENT, UNKNOWN, Obligation, Rig
from notify_scenarios import QUICK, Hurry, cpu_of


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


class Soak:
    """Ten mails a second, 2 % faults; one service is killed each minute, the other one must not grow."""

    def __init__(self, name, count, _times=0, seed=1):
        self.name, self.count, self.random = name, count, random.Random(seed)

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            dovecot = Dovecot(pathlib.Path(folder) / "dovecot")
            rig = Rig(pathlib.Path(folder) / "suite", 2, flags=[*QUICK, *dovecot.journal_flags()])
            rig.use_journal(dovecot.maildir("journal"))
            dovecot.start()
            try:
                rig.start()
                return self.live(rig)
            finally:
                rig.stop()
                dovecot.stop()

    def live(self, rig):
        stays, dies = rig.services
        hurry, begin, kills, sizes = Hurry(rig), time.monotonic(), 0, []
        cpu = cpu_of(stays)
        for n in range(self.count):
            if self.random.random() < 0.02:
                rig.feeds.emails[f"persons/p{n}"] = [f"dot-drop.p{n}@example.no", f"p{n}@example.no"]
            rig.feeds.receipt(n)
            time.sleep(max(0.0, begin + n / 10 - time.monotonic()))
            if n % 100 == 0:
                hurry()
                sizes.append(size_of(stays.popen.pid))
            if n % 600 == 599:
                dies.kill()
                dies.start()
                kills += 1

        def ended():
            hurry()
            states = rig.states()
            return states[SENT] + states[HELD] + states[DEAD] + states[FAILED] >= self.count
        rig.wait(ended, 300, "all ended")
        arrivals, states = rig.arrivals(), rig.states()
        seen = [len(arrivals[f"p{n}"]) for n in range(self.count)]
        # The first quarter is warming up.
        warm = sizes[len(sizes) // 4:]
        tenth = max(1, len(warm) // 10)
        first, last = ([statistics.median(size[i] for size in part) for i in (0, 1)]
                       for part in (warm[:tenth], warm[-tenth:]))
        return {"name": f"notify.{self.name}", "expected": self.count, "seen": sum(map(bool, seen)),
                "lost": seen.count(0), "doubled": sum(n > 1 for n in seen), "kills": kills,
                "minutes": round((time.monotonic() - begin) / 60), "rss_first_mb": round(first[0], 1),
                "rss_last_mb": round(last[0], 1), "rss_growth": round(last[0] / first[0] - 1, 3),
                "fds_first": first[1], "fds_last": last[1], "cpu_s": round(cpu_of(stays) - cpu),
                "unsettled": states[UNKNOWN], "unreached": states[DEAD] + states[FAILED]}


def size_of(pid):
    """(resident memory in MB, open files)"""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rss = int(status.split("VmRSS:")[1].split()[0]) / 1024
    return rss, len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
