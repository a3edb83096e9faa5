#!/usr/bin/python3
"""The whole suite under load while it is broken in every way that this machine allows, hundreds of times, from a
seed; afterwards a checker (history.py) says whether what clients saw can have been. Runs in a network of its own,
as root.

    tests/fault/suite_faults.py [--faults N] [--seed N] [--only KIND…] [--json FILE]

Faults: kill (kill -9 of any program or the database), pause (SIGSTOP for seconds), partition (a program's packets
are dropped), loss (one in ten of all packets), full (the database's disk is full), clock (the business clock jumps
by days), certificates (renewed for everybody), expiry (a program's certificate runs out, nobody replaces it in time, and
the program must connect anew), slow (each flush of the database to its disk takes a fraction of a second).
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.fault.certificates import issue  # noqa: E402
from tests.fault.history import History, check  # noqa: E402
from tools.lib.clock import Clock  # noqa: E402
from tools.lib.ipclient import CallFailed  # noqa: E402
from tools.lib.mainjob import COORDINATOR, OWNERS, MainJob  # noqa: E402
from tools.suite.process import wait_for  # noqa: E402
from tools.suite.suite import Ports, Suite  # noqa: E402

import requests  # noqa: E402

from individuellplan.plan.v1 import access_service_pb2 as access  # noqa: E402
from individuellplan.plan.v1 import care_plan_pb2 as care_plan  # noqa: E402
from individuellplan.plan.v1 import consent_pb2  # noqa: E402
from individuellplan.plan.v1 import plan_service_pb2 as plans  # noqa: E402

PROGRAMS = ("plan-service", "referral-service", "notification-service", "gateway")
PASSING = ("UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED",
           "UNKNOWN", "INTERNAL")
PATIENCE = 120  # seconds until a call must have got through
DISK = "2G"  # what the database has; each revision holds the whole plan


def new_id():
    return str(uuid.uuid4())


class Stopping(Exception):
    """The run is over; what is under way stays without an answer."""


class Group:
    """The people around one plan, each on a thread: the coordinator writes, the owner gives and withdraws the
    helper's consent, the helper reads."""

    def __init__(self, suite, history):
        self.job = MainJob(suite, lambda text: None)
        self.history, self.stopping, self.failed, self.errors = history, threading.Event(), [], []
        for step, what in self.job.steps():
            step()
            if "activates the plan" in what:
                break
        gateway = self.job.gateway
        self.owner = gateway.person(self.job.owner)
        self.writer, self.helper = gateway.person(COORDINATOR), gateway.person(self.job.responsible)
        self.plan = self.job.plan_name()
        found = self.owner.plan.GetPlan(plans.GetPlanRequest(name=self.plan))
        self.consent = next(c for c in found.consents if c.kind == consent_pb2.Consent.SHARE
                            and c.state == consent_pb2.Consent.ACTIVE and self._is_helper(found, c))
        self.threads = [threading.Thread(target=self._loop, args=(act,), daemon=True)
                        for act in (self.write, self.share, self.read)]

    def _is_helper(self, plan, consent):
        participant = next(p for p in plan.participants if p.name == consent.participant)
        return participant.display_name == self.job.persons[self.job.responsible].name

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def _loop(self, act):
        try:
            while not self.stopping.is_set():
                act()
        except Stopping:
            pass
        except Exception as error:  # told by main()
            self.errors.append(error)

    def call(self, method, request):
        """Again and again with the same request id, until it is known what became of it."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return method(request)
            except (CallFailed, requests.RequestException) as failure:
                code = getattr(failure, "code", "UNAVAILABLE")
                if code not in PASSING or time.monotonic() > end:
                    raise
                self.failed.append(code)
                if self.stopping.is_set():
                    raise Stopping from None
                time.sleep(0.05)

    def write(self):
        text = new_id()
        comment = care_plan.Comment()
        comment.text.text = text
        request = plans.CreateCommentRequest(parent=self.plan, comment=comment, request_id=new_id())
        self.history.record(self.plan, "comment", lambda: self.call(self.writer.plan.CreateComment, request), text)
        time.sleep(0.5)  # each revision holds the whole plan

    def share(self):
        self.history.record(self.plan, "withdraw", lambda: self.call(
            self.owner.access.WithdrawConsent,
            plans.ActionRequest(name=self.consent.name, etag=self.consent.etag, request_id=new_id(),
                                reason="Jeg vil tenke meg om.")))
        time.sleep(0.2)
        consent = consent_pb2.Consent(
            kind=self.consent.kind, participant=self.consent.participant, informed=True,
            sections=self.consent.sections, form=consent_pb2.Consent.ELECTRONIC)
        request = access.CreateConsentRequest(parent=self.plan, consent=consent, request_id=new_id())
        self.consent = self.history.record(
            self.plan, "give", lambda: self.call(self.owner.access.GiveConsent, request))
        time.sleep(0.2)

    def read(self):
        def get():
            try:
                return self.call(self.helper.plan.GetPlan, plans.GetPlanRequest(name=self.plan)).revision
            except CallFailed as failure:
                if failure.code in ("NOT_FOUND", "FAILED_PRECONDITION", "PERMISSION_DENIED"):
                    return 0
                raise

        self.history.record(self.plan, "read", get, revision=lambda revision: revision)

    def verdict(self):
        """What the checker finds, once everything is up again."""
        self.stopping.clear()
        plan = self.call(self.owner.plan.GetPlan, plans.GetPlanRequest(name=self.plan))
        wrong = check(self.history, self.plan, [c.text.text for c in plan.comments], self._rows_of_helper())
        chain = self.call(self.owner.access.VerifyAccessLog, access.VerifyAccessLogRequest(plan=self.plan))
        wrong["broken_chains"] = 0 if chain.intact else 1
        return wrong

    def _rows_of_helper(self):
        name, rows, token = self.job.persons[self.job.responsible].name, 0, ""
        while True:
            page = self.call(self.owner.access.ListAccessLogEntries, access.ListAccessLogEntriesRequest(
                parent=self.plan, page_size=200, page_token=token))
            rows += sum(e.accessor_display_name == name and e.method == "GetPlan" for e in page.access_log_entries)
            token = page.next_page_token
            if not token:
                return rows


class Faults:
    """Each breaks something, waits and mends it; run by main(), one at a time."""

    def __init__(self, suite, seed):
        self.suite, self.random, self.slow_flushes = suite, random.Random(seed), 0
        self.ports = {"plan-service": suite.ports.plan, "referral-service": suite.ports.referral,
                      "notification-service": suite.ports.notification, "gateway": suite.ports.gateway}

    def kill(self):
        name = self.random.choice([*PROGRAMS, "database"])
        self.suite.kill(name)
        time.sleep(self.random.choice([0, 0, 0.5, 2]))
        self.suite.start_one(name)

    def pause(self):
        process = self.suite.processes[self.random.choice([*PROGRAMS, "database"])].popen
        process.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.5, 6))
        process.send_signal(signal.SIGCONT)

    def partition(self):
        self._drop(self.random.uniform(1, 5), "--dport", str(self.ports[self.random.choice(PROGRAMS)]))

    def loss(self):
        self._drop(5, "-m", "statistic", "--mode", "random", "--probability", "0.1")

    def full(self):
        filler = self.suite.folder / "db/filler"
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 20))
        time.sleep(self.random.uniform(1, 4))
        filler.unlink()
        # InnoDB may have given up.
        if not self.suite.processes["database"].running():
            self.suite.start_one("database")

    def clock(self):
        clock = Clock(self.suite.clock_file)
        clock.advance(days=self.random.choice([-1, 1]))

    def certificates(self):
        self.suite.renew_certificates()

    def expiry(self):
        name = self.random.choice(PROGRAMS)
        issue(self.suite.certificates, name, 7)  # files are read every five seconds
        time.sleep(8)  # connections that stand go on
        self.suite.kill(name)
        self.suite.processes[name].start()
        time.sleep(self.random.uniform(1, 4))
        self.suite.renew_certificates()
        wait_for(self.suite.processes[name])

    def slow(self):
        """Without a device mapper: the calls themselves wait."""
        log = self.suite.folder / "strace"
        delay = self.random.choice([50_000, 250_000, 1_000_000])  # microseconds
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", log, "-p", str(self.suite.processes["database"].popen.pid),
             "-e", "trace=fsync,fdatasync", "-e", f"inject=fsync,fdatasync:delay_enter={delay}"])
        time.sleep(self.random.uniform(3, 8))
        tracer.terminate()
        tracer.wait()
        self.slow_flushes += log.read_text().count("(DELAYED)")

    def _drop(self, seconds, *what):
        rule = ["INPUT", "-i", "lo", "-p", "tcp", *what, "-j", "DROP"]
        subprocess.run(["iptables", "-A", *rule], check=True)
        time.sleep(seconds)
        subprocess.run(["iptables", "-D", *rule], check=True)


WEIGHTS = {"kill": 20, "pause": 6, "partition": 4, "loss": 2, "full": 2, "clock": 2, "certificates": 2,
           "expiry": 1, "slow": 3}


def order(kinds, faults, chance):
    """Each kind once, the rest by weight."""
    drawn = [*kinds, *chance.choices(kinds, [WEIGHTS[kind] for kind in kinds], k=max(0, faults - len(kinds)))][:faults]
    chance.shuffle(drawn)
    return drawn


def run(suite, faults, kinds, seed, say):
    history, wreck = History(), Faults(suite, seed)
    groups = [Group(suite, history) for _ in OWNERS]
    for group in groups:
        group.start()
    done = dict.fromkeys(kinds, 0)
    begin = time.monotonic()
    for number, kind in enumerate(order(kinds, faults, wreck.random)):
        say(f"{number + 1:4} of {faults} {kind}, {len(history.acts)} acts")
        getattr(wreck, kind)()
        done[kind] += 1
        time.sleep(wreck.random.uniform(0.2, 1.5))
    for name in [*PROGRAMS, "database"]:
        wait_for(suite.processes[name])
    for group in groups:
        group.stop()
    errors = [error for group in groups for error in group.errors]
    if errors:
        raise errors[0]
    figures = {"name": "suite.faults", "seed": seed, "faults": done, "seconds": round(time.monotonic() - begin),
               "acts": len(history.acts), "acknowledged": sum(a.answered for a in history.acts),
               "failed_attempts": sum(len(group.failed) for group in groups), "slow_flushes": wreck.slow_flushes}
    for group in groups:
        for what, count in group.verdict().items():
            figures[what] = figures.get(what, 0) + count
    return figures


def is_clean(figures):
    return not any(figures[what] for what in ("lost", "doubled", "foreign", "stale", "leaked", "locked_out", "unlogged",
                                              "broken_chains"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=sorted(WEIGHTS), default=list(WEIGHTS))
    parser.add_argument("--json", help="appends the figures as a line")
    options = parser.parse_args()
    for tool in ("iptables", *(["strace"] if "slow" in options.only else [])):
        if not shutil.which(tool):
            parser.error(f"{tool} is missing: apt-get install {tool}")
    if os.environ.get("IP_OWN_NETWORK") != "1":
        os.execvpe("unshare", ["unshare", "--net", "--mount", sys.executable, *sys.argv],
                   {**os.environ, "IP_OWN_NETWORK": "1"})
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="ip-faults-") as folder:
        os.chmod(folder, 0o755)
        database = pathlib.Path(folder) / "db"
        database.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", database], check=True)
        suite = Suite(folder, Ports.free())
        try:
            suite.start()
            figures = run(suite, options.faults, options.only, options.seed, lambda text: print(text, flush=True))
        finally:
            suite.stop()
            subprocess.run(["umount", database], check=True)
    line = json.dumps(figures)
    print(line)
    if options.json:
        with open(options.json, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    return 0 if is_clean(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
