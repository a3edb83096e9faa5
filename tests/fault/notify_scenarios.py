"""Mails are told in portions, and while each portion is on its way something goes wrong."""

import datetime
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time

from notify_mta import Dovecot
from notify_rig import CLAIMED, DEAD, FAILED, HELD, OSLO, SCHEDULED, SENDING, SENT, SUPPRESSED, UNKNOWN, Rig
from tools.suite.process import wait_for

# Nothing has ended for so long: it hangs.
PATIENCE = 180
# What goes wrong on the first attempt of some mails; the second finds another address.
FAULTS = ["rcpt-450", "rcpt-421", "rcpt-drop", "data-451", "dot-451", "dot-421", "dot-drop", "dot-drop-taken",
          "dot-garbage", "dot-garbage-taken"]
# Longer than the relay may ponder over a mail it was given: on a very busy machine more than this.
SETTLE = int(os.environ.get("IP_SETTLE_SECONDS", "4"))
QUICK = ["--lease_seconds=2", "--smtp_reply_seconds=2", f"--settle_seconds={SETTLE}", "--mailbox_seconds=1",
         "--relay_pause_seconds=1"]


class Hurry:
    """Lets business time pass, so that backoff of minutes is over in seconds; always within working hours."""

    def __init__(self, rig, minutes=3):
        self._rig, self._at = rig, time.monotonic()
        self._step = datetime.timedelta(minutes=minutes)  # each three seconds

    def __call__(self):
        if time.monotonic() - self._at < 3:
            return
        self._at = time.monotonic()
        now = self._rig.now() + self._step
        if now.hour >= 16:
            now = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time(9), OSLO)
            while now.weekday() > 4:
                now += datetime.timedelta(days=1)
        self._rig.set_time(now)


class Run:
    """`count` receipts in `times` portions."""

    REPLICAS = {"smtp_faults": 1, "rolling": 2, "galera": 2}
    FAULTY = {"smtp_faults": 0.5, "rolling": 0, "galera": 0}

    def __init__(self, name, count, times, seed=1):
        self.name, self.count, self.times = name, count, max(times, 1)
        self.random = random.Random(seed)
        self.events = 0
        self.back = []  # when the trouble was over, as time_ns
        self.busy = []  # share of a core that each service used while the database was away

    def __call__(self):
        with tempfile.TemporaryDirectory() as folder:
            # A journal mailbox on a real IMAP server: unknowns are settled by evidence.
            dovecot = Dovecot(pathlib.Path(folder) / "dovecot")
            suite = pathlib.Path(folder) / "suite"
            if self.name == "db_full":
                mount_small(suite / "db")
            sockets = os.environ["IP_TEST_GALERA_SOCKETS"].split(",") if self.name == "galera" else None
            rig = Rig(suite, self.REPLICAS.get(self.name, 3),
                      flags=[*QUICK, *dovecot.journal_flags()], sockets=sockets)
            rig.use_journal(dovecot.maildir("journal"))
            dovecot.start()
            disturb = getattr(self, self.name)
            try:
                rig.start()
                self.live(rig, disturb)
                return self.judge(rig)
            finally:
                rig.stop()
                dovecot.stop()
                if self.name == "db_full":
                    subprocess.run(["umount", rig.folder / "db"], check=True)

    def live(self, rig, disturb):
        faulty = self.FAULTY.get(self.name, 0.05)
        for number in range(self.count):
            if self.random.random() < faulty:
                rig.feeds.emails[f"persons/p{number}"] = [
                    f"{self.random.choice(FAULTS)}.p{number}@example.no", f"p{number}@example.no"]
        hurry, told = Hurry(rig), 0
        for turn in range(self.times):
            until = self.count * (turn + 1) // self.times
            for number in range(told, until):
                rig.feeds.receipt(number)
            told = until
            disturb(rig)
            self.events += self.name != "smtp_faults"
            # What is disturbed is sending, not a queue that only grows.
            self.wait(rig, hurry, told - 4 * self.count // self.times)
        self.told = time.time_ns()
        self.wait(rig, hurry, self.count)

    def wait(self, rig, hurry, enough):
        """Until so many have ended."""
        best, at = -1, time.monotonic()
        while True:
            hurry()
            states = rig.states()
            ended = sum(states[s] for s in (SENT, HELD, DEAD, FAILED, SUPPRESSED))
            if ended >= enough:
                return
            if ended > best:
                best, at = ended, time.monotonic()
            if time.monotonic() - at > PATIENCE:
                print(f"{self.name}: {ended} of {enough} after {PATIENCE} s without one more; {dict(states)}", flush=True)
                return
            time.sleep(0.3)

    def judge(self, rig):
        arrivals, states = rig.arrivals(), rig.states()
        explained = {row[0].split("/p")[1] for row in rig.query(
            "SELECT DISTINCT m.recipient FROM message m JOIN attempt a ON a.message_id = m.id "
            "WHERE a.outcome IN ('UNKNOWN', 'LOST')")}
        seen = [len(arrivals[f"p{n}"]) for n in range(self.count)]
        line = {"name": f"notify.{self.name}", "expected": self.count, "seen": sum(1 for n in seen if n),
                "lost": seen.count(0), "doubled": sum(1 for n in seen if n > 1), "kills": self.events,
                "unknown": len(explained), "held": states[HELD],
                "unsettled": states[UNKNOWN] + states[SCHEDULED] + states[CLAIMED] + states[SENDING],
                "unreached": states[DEAD] + states[FAILED]}
        for n in range(self.count):
            if seen[n] > 1:
                line.setdefault("stories", []).append(self.story(rig, f"p{n}", arrivals[f"p{n}"]))
        times = sorted(at for all_of_one in arrivals.values() for at in all_of_one)
        while_telling = [at for at in times if at < self.told]
        line["longest_gap_s"] = round(max((b - a for a, b in zip(while_telling, while_telling[1:])), default=0) / 1e9, 1)
        if self.back:
            after = [min((t - at for t in times if t > at), default=0) for at in self.back]
            line["resumed_after_s"] = round(max(after) / 1e9, 1)
            line["busy_while_away"] = round(max(self.busy), 2)
        return line

    @staticmethod
    def story(rig, person, arrivals):
        """How a mail came to be there twice: the ledger's lines between the copies."""
        ledger = rig.query("SELECT a.fence, a.gate_at, a.outcome, a.code, a.finish_time FROM attempt a JOIN message m "
                           f"ON m.id = a.message_id WHERE m.recipient = 'persons/{person}' ORDER BY finish_time")
        copies = [datetime.datetime.fromtimestamp(at / 1e9, datetime.timezone.utc).isoformat() for at in arrivals]
        return {"copies": sorted(copies), "ledger": [" ".join(row) for row in ledger]}

    # What goes wrong, once for each portion. Named as the scenario.

    def kill9(self, rig):
        service = self.random.choice(rig.services)
        time.sleep(self.random.uniform(0.05, 0.8))
        service.kill()
        service.start()

    def pause(self, rig):
        """Past its lease; a sender that is then behind must send nothing."""
        service = self.random.choice(rig.services)
        time.sleep(self.random.uniform(0, 0.3))
        service.popen.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(4.5, 6))
        service.popen.send_signal(signal.SIGCONT)

    def away(self, rig, seconds, back):
        """The database has just gone: how busy are the services meanwhile? Then `back` brings it back."""
        before, at = [cpu_of(s) for s in rig.services], time.monotonic()
        time.sleep(seconds)
        self.busy += [(cpu_of(s) - b) / (time.monotonic() - at) for s, b in zip(rig.services, before)]
        back()
        self.back.append(time.time_ns())

    def db_kill(self, rig):
        time.sleep(self.random.uniform(0.3, 1.5))
        rig.database.kill()
        self.away(rig, 2, lambda: rig.restart(rig.database))

    def db_restart(self, rig):
        time.sleep(self.random.uniform(0.3, 1.5))
        rig.database.stop()
        self.away(rig, 1, lambda: rig.restart(rig.database))

    def db_refuses(self, rig):
        """1040, too many connections."""
        time.sleep(0.5)
        rig.query("SET GLOBAL max_connections = 10; KILL USER ip_notification")
        self.away(rig, 6, lambda: rig.query("SET GLOBAL max_connections = 400"))

    def db_full(self, rig):
        ballast = rig.folder / "db/ballast"
        with open(ballast, "wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 65536):
                    pass
            except OSError:
                pass

        def back():
            ballast.unlink()
            if not rig.database.running():
                rig.restart(rig.database)
        self.away(rig, 10, back)

    def smtp_faults(self, rig):
        pass

    def rolling(self, rig):
        service = rig.services[self.events % len(rig.services)]
        time.sleep(0.5)
        service.stop()
        rig.restart(service)

    def galera(self, rig):
        """The first replica's node dies in the middle; later the replica is started on another one."""
        time.sleep(3)
        os.kill(int(os.environ["IP_TEST_GALERA_PIDS"].split(",")[0]), signal.SIGKILL)
        rig.ask(rig.sockets[1])
        self.away(rig, 5, lambda: None)
        stuck = rig.services[0]
        stuck.stop()
        stuck.command.append(f"--db_socket={rig.sockets[2]}")
        stuck.start()
        wait_for(stuck)


def mount_small(folder):
    """A file system that can be filled up."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", folder], check=True)


def cpu_of(process):
    """Seconds of processor time, of user and system."""
    with open(f"/proc/{process.popen.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
