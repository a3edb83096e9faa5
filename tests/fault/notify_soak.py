"""An hour of mails with faults and kills: does anything get lost, go twice, or grow?"""

import collections
import pathlib
import random
import statistics
import sys
import tempfile
import time

from notify_mta import Dovecot
from notify_rig import CLAIMED, DEAD, FAILED, HELD, SCHEDULED, SENDING, SENT, UNKNOWN, Rig
from notify_scenarios import FAULTS, QUICK, Hurry, cpu_of

# So many mails may be on their way; where the machine holds no more, fewer are told in a second.
BEHIND = 1000
# The journal keeps a mail for so long. Whether an unknown one arrived is settled in seconds; none is removed
# while one waits for longer.
JOURNAL_SECONDS = 180


class Soak:
    """`count` mails in `minutes`, 2 % of them with a fault at first, by two services. One is killed each minute; the
    other is watched: it must not grow. Mails are counted and removed on the way, so that the disk holds what the
    ledger holds and no more."""

    def __init__(self, name, count, minutes, seed=1):
        self.name, self.count, self.minutes, self.random = name, count, minutes, random.Random(seed)
        self.rate = count / (60 * minutes)
        self.seen = collections.defaultdict(list)
        self.kills, self.told = 0, 0
        self.samples = []  # of each ten seconds: (resident MB, open files, mails told but not there yet)

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            dovecot = Dovecot(pathlib.Path(folder) / "dovecot")
            rig = Rig(pathlib.Path(folder) / "suite", 2, flags=[*QUICK, "--senders=4", *dovecot.journal_flags()])
            # A service that was killed compares all it holds when it is back: slowly, as if over a network.
            rig.feeds.ponder = 0.005
            self.journal = dovecot.maildir("journal")
            rig.use_journal(self.journal)
            dovecot.start()
            try:
                rig.start()
                self.stays, self.dies = rig.services
                return self.live(rig)
            finally:
                rig.stop()
                dovecot.stop()

    def live(self, rig):
        begin, cpu = time.monotonic(), cpu_of(self.stays)
        due = begin
        # Backoff of a minute is over in six seconds.
        hurry = Hurry(rig, minutes=0.5)
        while self.told < self.count and time.monotonic() - begin < 60 * self.minutes:
            while self.told - len(self.seen) >= BEHIND and time.monotonic() - begin < 60 * self.minutes:
                time.sleep(0.2)
                rig.arrivals(self.seen, forget=True)
                self.step(rig, hurry, time.monotonic() - begin)
            if self.random.random() < 0.02:
                rig.feeds.emails[f"persons/p{self.told}"] = [
                    f"{self.random.choice(FAULTS)}.p{self.told}@example.no", f"p{self.told}@example.no"]
            rig.feeds.receipt(self.told)
            self.told += 1
            time.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - 1) + 1 / self.rate
            self.step(rig, hurry, time.monotonic() - begin)
        took = time.monotonic() - begin
        self.end(rig, hurry)
        return self.judge(rig, took, cpu_of(self.stays) - cpu)

    def step(self, rig, hurry, passed):
        hurry()
        if passed > 10 * (len(self.samples) + 1):
            self.look(rig)
        if passed > 60 * (self.kills + 1):
            self.dies.kill()
            self.dies.start()
            self.kills += 1

    def look(self, rig):
        rig.arrivals(self.seen, forget=True)
        memory, files = size_of(self.stays.popen.pid)
        self.samples.append((memory, files, self.told - len(self.seen)))
        if len(self.samples) % 6 == 0:
            print(f"{self.name}: {len(self.samples) // 6} min, {self.told} told, {len(self.seen)} there, "
                  f"{memory:.1f} MB, {files} files, {self.kills} kills", file=sys.stderr, flush=True)
            self.prune(rig)

    def prune(self, rig):
        waiting = rig.query(f"SELECT COUNT(*) FROM message WHERE state = {UNKNOWN} "
                            "AND unknown_at < UTC_TIMESTAMP() - INTERVAL 60 SECOND")
        if waiting != [["0"]]:
            return
        old = time.time() - JOURNAL_SECONDS
        for mail in [*(self.journal / "cur").iterdir(), *(self.journal / "new").iterdir()]:
            if int(mail.name.split("-")[0]) / 1e9 < old:
                mail.unlink(missing_ok=True)  # Dovecot moves what is new

    def end(self, rig, hurry):
        end = time.monotonic() + 300
        while time.monotonic() < end:
            hurry()
            rig.arrivals(self.seen, forget=True)
            states = rig.states()
            if sum(states[s] for s in (SENT, HELD, DEAD, FAILED)) >= self.told:
                return
            time.sleep(1)

    def judge(self, rig, took, cpu):
        rig.arrivals(self.seen, forget=True)
        states, copies = rig.states(), [len(self.seen[f"p{n}"]) for n in range(self.told)]
        unknown = rig.query("SELECT COUNT(DISTINCT message_id) FROM attempt WHERE outcome IN ('UNKNOWN', 'LOST')")
        # The first quarter is warming up.
        warm = self.samples[len(self.samples) // 4:] or [(0, 0, 0)]
        tenth = max(1, len(warm) // 10)
        first, last = ([statistics.median(sample[i] for sample in part) for i in (0, 1)]
                       for part in (warm[:tenth], warm[-tenth:]))
        return {"name": f"notify.{self.name}", "expected": self.told, "seen": sum(map(bool, copies)),
                "lost": copies.count(0), "doubled": sum(n > 1 for n in copies), "kills": self.kills,
                "minutes": round(took / 60, 1), "per_second": round(self.told / took, 1),
                "unknown": int(unknown[0][0]), "held": states[HELD], "unreached": states[DEAD] + states[FAILED],
                "unsettled": sum(states[s] for s in (UNKNOWN, SCHEDULED, CLAIMED, SENDING)),
                "rss_first_mb": round(first[0], 1), "rss_last_mb": round(last[0], 1),
                "rss_growth": round(last[0] / (first[0] or 1) - 1, 3), "fds_first": first[1], "fds_last": last[1],
                "cpu_s": round(cpu), "behind_at_most": max((sample[2] for sample in self.samples), default=0),
                # Of each fifth minute: MB, files.
                "over_time": [[round(sample[0], 1), sample[1]] for sample in self.samples[29::30]]}


def size_of(pid):
    """(resident memory in MB, open files)"""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    rss = int(status.split("VmRSS:")[1].split()[0]) / 1024
    return rss, len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
