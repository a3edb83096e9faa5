#!/usr/bin/python3
"""kill -9 of notification-service at each named point of a delivery: before the relay has said 354 the mail
has certainly not left and goes exactly once; afterwards the ledger knows, and a journal mailbox decides.

    IP_PRESET=dev tests/fault/notify_crash_points.py [ROUNDS] [--json FILE]
"""

import argparse
import asyncio
import collections
import json
import os
import pathlib
import sys
import tempfile
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from notify_mta import NOBODY, Dovecot  # noqa: E402
from notify_rig import SENT, Rig, free_port, wait_for  # noqa: E402

BEFORE_GATE = ["EHLO", "MAIL", "RCPT", "354"]
AFTER_GATE = ["dot, not taken", "dot, taken", "250"]


class Relay:
    """A relay that calls `strike` at the armed point of the next transaction, once."""

    def __init__(self, maildir):
        self.armed, self.strike, self.taken = None, None, collections.Counter()
        self.struck = threading.Event()
        relay = self

        class Session(SMTP):
            async def smtp_DATA(self, arg):
                if await relay.at("354"):
                    return self.transport.abort()
                await super().smtp_DATA(arg)

        class Handler:
            async def handle_EHLO(self, server, session, envelope, hostname, responses):
                session.host_name = hostname
                return ["421 gone"] if await relay.at("EHLO") else responses

            async def handle_MAIL(self, server, session, envelope, address, options):
                if await relay.at("MAIL"):
                    return "421 gone"
                envelope.mail_from = address
                return "250 OK"

            async def handle_RCPT(self, server, session, envelope, address, options):
                if await relay.at("RCPT"):
                    return "421 gone"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                if await relay.at("dot, not taken"):
                    return "451 gone"
                relay.taken[envelope.rcpt_tos[0]] += 1
                file = maildir / "new" / f"{envelope.rcpt_tos[0]}-{relay.taken[envelope.rcpt_tos[0]]}"
                file.write_bytes(envelope.original_content)
                os.chown(file, NOBODY.pw_uid, NOBODY.pw_gid)
                if await relay.at("dot, taken"):
                    return "451 gone"
                if relay.armed == "250":  # the answer leaves first
                    asyncio.get_running_loop().call_later(0.002, lambda: asyncio.ensure_future(relay.at("250")))
                return "250 taken"

        self.port = free_port()
        self._controller = Controller(Handler(), hostname="127.0.0.1", port=self.port)
        self._controller.factory = lambda: Session(self._controller.handler, ident="relay")
        self._controller.start()

    async def at(self, point):
        if self.armed != point:
            return False
        self.armed = None
        self.strike()
        self.struck.set()
        return True

    def stop(self):
        self._controller.stop()


def run(rounds):
    with tempfile.TemporaryDirectory() as folder:
        dovecot = Dovecot(pathlib.Path(folder) / "dovecot")
        relay = Relay(dovecot.maildir("journal"))
        rig = Rig(pathlib.Path(folder) / "suite", mail=[
            f"--smtp_url=smtp://127.0.0.1:{relay.port}", "--senders=1", "--lease_seconds=1", "--smtp_reply_seconds=2",
            "--settle_seconds=3", "--mailbox_seconds=1", *dovecot.journal_flags()])
        service = rig.services[0]
        relay.strike = service.kill
        number, wrong, explained = 0, [], 0
        dovecot.start()
        try:
            rig.start()
            for _ in range(rounds):
                for point in BEFORE_GATE + AFTER_GATE:
                    number += 1
                    relay.struck.clear()
                    relay.armed = point
                    rig.feeds.receipt(number)
                    if not relay.struck.wait(30):
                        raise AssertionError(f"{point} was never reached")
                    service.start()
                    wait_for(service)
                    state = f"SELECT state FROM message WHERE recipient = 'persons/p{number}'"
                    rig.wait(lambda: rig.query(state) == [[str(SENT)]], 40, f"{point}: is sent")
                    unsure = rig.query("SELECT COUNT(*) FROM attempt a JOIN message m ON m.id = a.message_id WHERE "
                                       f"m.recipient = 'persons/p{number}' AND a.outcome = 'LOST'") != [["0"]]
                    explained += unsure
                    copies = relay.taken[f"p{number}@example.no"]
                    if copies != 1 or (unsure and point in BEFORE_GATE):
                        wrong.append((point, copies, unsure))
        finally:
            rig.stop()
            relay.stop()
            dovecot.stop()
    copies = [relay.taken[f"p{n}@example.no"] for n in range(1, number + 1)]
    return {"name": "notify.crash_points", "expected": number, "seen": sum(map(bool, copies)),
            "lost": copies.count(0), "doubled": sum(c > 1 for c in copies), "kills": number,
            "points": len(BEFORE_GATE + AFTER_GATE), "unknown": explained, "wrong": wrong}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=10)
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
