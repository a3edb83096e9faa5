#!/usr/bin/python3
"""kill -9 of notification-service at each named point of a delivery: before the gate the mail has certainly
not left and goes exactly once; afterwards the ledger knows, and a journal mailbox decides.

    IP_PRESET=dev tests/fault/notify_crash_points.py [ROUNDS] [--json FILE]
"""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from notify_mta import NOBODY, Dovecot  # noqa: E402
from notify_rig import SENT, Rig, free_port, wait_for  # noqa: E402
from notify_scenarios import Hurry  # noqa: E402

BEFORE_GATE = ["claim", "EHLO", "MAIL", "RCPT", "354", "between two of a batch"]
# While the gate's statement waits for a lock nobody can tell whether it will be carried out.
AT_GATE = ["gate"]
AFTER_GATE = ["mid body", "dot, not taken", "dot, taken", "250", "before the final commit", "after the final commit"]
POINTS = BEFORE_GATE + AT_GATE + AFTER_GATE


class Session:
    """A database session that can hold a lock."""

    def __init__(self, socket):
        self._client = subprocess.Popen(
            ["mariadb", "--no-defaults", "-S", socket, "-uroot", "-BN", "-n", "ip_notification"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, sql):
        self._client.stdin.write(f"{sql};\nSELECT 'that was it';\n")
        self._client.stdin.flush()
        rows = []
        while (line := self._client.stdout.readline().strip()) != "that was it":
            if not line:
                raise RuntimeError("the session has ended")
            rows.append(line)
        return rows

    def close(self):
        self._client.stdin.close()
        self._client.wait()


class Relay:
    """A relay that calls `strike` at the armed point of the next transaction, once. Where the recipient is
    known it strikes at `recipient` alone."""

    def __init__(self, maildir):
        self.armed, self.recipient, self.strike, self.taken = None, None, None, collections.Counter()
        self.struck, self.session = threading.Event(), None
        relay = self

        class Connection(SMTP):
            async def smtp_DATA(self, arg):
                to = self.envelope.rcpt_tos[0] if self.envelope.rcpt_tos else None
                if relay.at("354", to):
                    return self.transport.abort()
                self.body_comes = relay.is_at("mid body", to)
                if relay.is_at("gate", to):
                    relay.lock()
                    asyncio.get_running_loop().call_later(0.15, relay.release, "gate", self.transport)
                await super().smtp_DATA(arg)

            body_comes = False

            def data_received(self, data):
                if self.body_comes and relay.at("mid body"):
                    return self.transport.abort()
                super().data_received(data)

        class Handler:
            async def handle_EHLO(self, server, session, envelope, hostname, responses):
                session.host_name = hostname
                return ["421 gone"] if relay.at("EHLO") else responses

            async def handle_MAIL(self, server, session, envelope, address, options):
                if relay.at("MAIL"):
                    return "421 gone"
                envelope.mail_from = address
                return "250 OK"

            async def handle_RCPT(self, server, session, envelope, address, options):
                if relay.at("RCPT", address):
                    return "421 gone"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                to = envelope.rcpt_tos[0]
                if relay.at("dot, not taken", to):
                    return "451 gone"
                relay.taken[to] += 1
                file = maildir / "new" / f"{to}-{relay.taken[to]}"
                file.write_bytes(envelope.original_content)
                os.chown(file, NOBODY.pw_uid, NOBODY.pw_gid)
                if relay.at("dot, taken", to):
                    return "451 gone"
                loop = asyncio.get_running_loop()  # the answer leaves first
                if relay.is_at("250", to):
                    loop.call_later(0.002, relay.at, "250", to)
                if relay.is_at("before the final commit", to):
                    relay.lock()
                    loop.call_later(0.15, relay.release, "before the final commit", server.transport)
                if relay.is_at("after the final commit", to):
                    loop.call_later(0.001, relay.when_committed)
                return "250 taken"

        self.port = free_port()
        self._controller = Controller(Handler(), hostname="127.0.0.1", port=self.port)
        self._controller.factory = lambda: Connection(self._controller.handler, ident="relay")
        self._controller.start()

    def arm(self, point, recipient):
        self.struck.clear()
        self.armed, self.recipient = point, recipient

    def is_at(self, point, recipient=None):
        return self.armed == point and (recipient is None or recipient.split("@")[0] == self.recipient)

    def at(self, point, recipient=None):
        if not self.is_at(point, recipient):
            return False
        self.armed = None
        self.strike()
        self.struck.set()
        return True

    def lock(self):
        """The next change of the mail's row has to wait."""
        self.session(f"BEGIN; SELECT id FROM message WHERE recipient = 'persons/{self.recipient}' FOR UPDATE")

    def release(self, point, transport):
        self.at(point)
        transport.abort()
        self.session("COMMIT")

    def when_committed(self):
        done = f"SELECT COUNT(*) FROM message WHERE recipient = 'persons/{self.recipient}' AND state = {SENT}"
        if self.session(done) == ["1"]:
            self.at("after the final commit")
        else:
            asyncio.get_running_loop().call_later(0.001, self.when_committed)

    def stop(self):
        self._controller.stop()


class Run:
    """One mail after the other meets its point; what becomes of it is looked at in the end."""

    def __init__(self, folder, rounds):
        self.rounds, self.number, self.points = rounds, 0, {}
        self.dovecot = Dovecot(folder / "dovecot")
        self.relay = Relay(self.dovecot.maildir("journal"))
        self.rig = Rig(folder / "suite", mail=[
            f"--smtp_url=smtp://127.0.0.1:{self.relay.port}", "--senders=1", "--lease_seconds=1", "--smtp_reply_seconds=2",
            "--settle_seconds=3", "--mailbox_seconds=1", "--relay_pause_seconds=1", *self.dovecot.journal_flags()])
        self.service = self.rig.services[0]
        self.relay.strike = self.service.kill
        self.rig.feeds.on_resolve = self.resolving
        self.hurry = Hurry(self.rig)

    def resolving(self, recipient):
        # A claimed mail's contact is asked for before the relay is.
        name = recipient.split("/")[1]
        self.relay.at("claim", name)
        self.relay.at("between two of a batch", name)

    def __call__(self):
        self.dovecot.start()
        try:
            self.rig.start()
            self.relay.session = Session(self.rig.folder / "db/s.sock")
            for _ in range(self.rounds):
                for point in POINTS:
                    self.meet(point)
            self.rig.wait(self.all_sent, 180, "all are sent")
            return self.judge()
        finally:
            if self.relay.session:
                self.relay.session.close()
            self.rig.stop()
            self.relay.stop()
            self.dovecot.stop()

    def all_sent(self):
        self.hurry()
        return self.rig.states()[SENT] == self.number

    def meet(self, point):
        # Of three that come together the first or second ends before the last is taken on.
        mails = 3 if point in BEFORE_GATE[-1:] else 1
        self.relay.arm(point, f"p{self.number + mails}")
        for _ in range(mails):
            self.number += 1
            self.points[self.number] = point
            self.rig.feeds.receipt(self.number)
        end = time.monotonic() + 120
        while not self.relay.struck.wait(1):
            self.hurry()  # a mail that was put off for a moment
            if time.monotonic() > end:
                raise AssertionError(f"{point} was never reached")
        self.service.start()
        wait_for(self.service)

    def judge(self):
        unsure = {int(row[0].split("/p")[1]) for row in self.rig.query(
            "SELECT DISTINCT m.recipient FROM message m JOIN attempt a ON a.message_id = m.id WHERE a.outcome = 'LOST'")}
        copies = {n: self.relay.taken[f"p{n}@example.no"] for n in self.points}
        wrong = [(point, copies[n], n in unsure) for n, point in self.points.items()
                 if copies[n] != 1 or (n in unsure and point in BEFORE_GATE)]
        return {"name": "notify.crash_points", "expected": self.number, "seen": sum(map(bool, copies.values())),
                "lost": list(copies.values()).count(0), "doubled": sum(c > 1 for c in copies.values()),
                "kills": self.rounds * len(POINTS), "points": len(POINTS), "unknown": len(unsure),
                "unknown_by_point": collections.Counter(self.points[n] for n in unsure), "wrong": wrong}


def run(rounds):
    with tempfile.TemporaryDirectory() as folder:
        return Run(pathlib.Path(folder), rounds)()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=50)
    parser.add_argument("--json")
    options = parser.parse_args()
    line = json.dumps(run(options.rounds))
    print(line)
    if options.json:
        with open(options.json, "a") as file:
            file.write(line + "\n")
    return 1 if json.loads(line)["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
