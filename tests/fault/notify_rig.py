"""notification-service with everything around it played here: the feeds of plan-service and
referral-service, a database of its own, and a mail relay that fails on demand (tools/mailsink) or is a
real one (notify_mta.py)."""

import collections
import concurrent.futures
import datetime
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tools.suite.suite import Ports, Suite, free_port  # noqa: E402  (before grpc: it sets an option)
from tools.suite.process import Process, wait_for  # noqa: E402
from tools.lib import generated  # noqa: E402,F401
from tools.lib.clock import OSLO, Clock  # noqa: E402

import grpc  # noqa: E402

from individuellplan.plan.v1 import plan_feed_service_pb2_grpc as plan_feed  # noqa: E402
from individuellplan.referral.v1 import referral_feed_service_pb2_grpc as referral_feed  # noqa: E402
from individuellplan.type.v1 import obligation_pb2 as feed  # noqa: E402

Obligation = feed.Obligation
Contact = feed.ResolveContactResponse
# Delivery.State
SCHEDULED, CLAIMED, SENDING, SENT, BOUNCED, UNKNOWN, HELD, FAILED, DEAD, SUPPRESSED = range(1, 11)
MONDAY_NOON = datetime.datetime(2027, 1, 4, 12, tzinfo=OSLO)


class Feeds:
    """Both feeds on one server. `emails` says where a recipient is reached; a list is used up first."""

    def __init__(self, *ports):
        self._changed = threading.Condition()
        self._events = []
        self._last = {}  # aggregate: its last event
        self.ponder = 0  # seconds that a service takes to say what one plan or notice asks for
        self.emails = {}
        self._closed = set()
        self.told = collections.Counter()  # how often a recipient was said to be responsible
        self.on_resolve = lambda recipient: None  # called before a contact is told
        # As often as our own servers, for which the service's pings are made (lib/rpc/client.cc).
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(32),
                                   options=[("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000)])
        plan_feed.add_PlanFeedServiceServicer_to_server(self._servicer("plans/"), self._server)
        referral_feed.add_ReferralFeedServiceServicer_to_server(self._servicer("notices/"), self._server)
        for port in ports:
            self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()

    def stop(self):
        self._server.stop(0)
        with self._changed:
            self._changed.notify_all()

    def tell(self, aggregate, *duties, revision=1):
        """duties: (kind, [(recipient, capacity), …], due date or None)."""
        event = feed.ObligationEvent(aggregate=aggregate, revision=revision, municipality_code="4699",
                                     unit="units/fjordvik")
        for kind, parties, due in duties:
            duty = event.obligations.add(name=aggregate, kind=kind)
            if due:
                duty.due_date.year, duty.due_date.month, duty.due_date.day = due.year, due.month, due.day
            for recipient, capacity in parties:
                duty.parties.add(recipient=recipient, capacity=capacity)
        with self._changed:
            self._events.append(event)
            self._last[aggregate] = event
            event.cursor = str(len(self._events))
            self._changed.notify_all()

    def receipt(self, number):
        """A notice whose notifier is to be told at once: one mail of class A."""
        self.tell(f"notices/{number}",
                  (Obligation.NOTICE_RECEIPT, [(f"persons/p{number}", Obligation.NOTIFIER)], None))

    def close(self, number):
        """The notice of `receipt` is withdrawn: from now on nothing is to be sent about it."""
        with self._changed:
            self._closed.add(f"notices/{number}")
        self.tell(f"notices/{number}", revision=2)

    def is_closed(self, number):
        return f"notices/{number}" in self._closed

    def _servicer(self, prefix):
        feeds = self

        class Servicer:
            def WatchEvents(self, request, context):
                at = int(request.after or 0)
                while context.is_active():
                    with feeds._changed:
                        if at == len(feeds._events):
                            feeds._changed.wait(0.5)
                        new = feeds._events[at:]
                    at += len(new)
                    yield from (event for event in new if event.aggregate.startswith(prefix))

            def GetObligations(self, request, context):
                time.sleep(feeds.ponder)
                with feeds._changed:
                    found = feeds._last.get(request.aggregate)
                if not found:
                    context.abort(grpc.StatusCode.NOT_FOUND, "aggregate")
                return found

            def ResolveContact(self, request, context):
                feeds.on_resolve(request.recipient)
                with feeds._changed:
                    if request.obligation in feeds._closed:
                        return Contact(obstacle=Contact.NOT_RESPONSIBLE)
                    feeds.told[request.recipient] += 1
                email = feeds.emails.get(request.recipient, request.recipient.split("/")[1] + "@example.no")
                if isinstance(email, list):
                    email = email.pop(0) if len(email) > 1 else email[0]
                if not email:
                    return Contact(obstacle=Contact.NO_ADDRESS)
                return Contact(email=email, audience=Contact.PROFESSIONAL)

            def __getattr__(self, name):
                return lambda request, context: context.abort(grpc.StatusCode.UNIMPLEMENTED, "not here")

        return Servicer()


class Rig:
    """`replicas` of notification-service over one database. `mail` are flags about the relay; without
    them it is the mail sink with scripted faults (see tools/mailsink). `sockets` are the nodes of a running
    Galera cluster, of which each replica uses its own."""

    zone = OSLO

    def __init__(self, folder, replicas=1, mail=None, flags=(), sockets=None):
        self.ports = Ports.free()
        self._suite = Suite(folder, self.ports, mtls=False)  # the feeds here are played
        self.folder = self._suite.folder
        self.clock = Clock(self._suite.clock_file)
        made = self._suite.processes["notification-service"]
        self.sockets = sockets
        self.database = self._suite.processes["database"]
        if sockets:
            self.database = Process("database", ["sleep", "infinity"], self.folder / "logs/database.log", lambda: True)
            self.ask(sockets[0])
        keep = {"database": self.database}
        command = [part for part in made.command if not part.startswith("--listen")]
        if mail is None:
            sink = self._suite.processes["mail-sink"]
            sink.command.append("--faults")
            keep["mail-sink"] = self.sink = sink
        else:
            command = [part for part in command if not part.startswith("--smtp_url")] + list(mail)
        self.services = []
        for i in range(replicas):
            port = free_port()
            service = Process(f"notification-service-{i}", [
                *command, f"--listen=127.0.0.1:{port}", "--mails_per_second=0", *flags,
                *([f"--db_socket={sockets[i]}"] if sockets else [])],
                self.folder / f"logs/notification-{i}.log",
                lambda port=port: self._suite._serving(port))
            keep[service.name] = service
            self.services.append(service)
        self._suite.processes = keep
        self.feeds = Feeds(self.ports.plan, self.ports.referral)

    def use_journal(self, maildir):
        """The sink puts a copy of each mail it takes there."""
        self.sink.command.append(f"--maildir={maildir}")

    def start(self, at=MONDAY_NOON):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.set_time(at)
        self._suite.start()

    def stop(self):
        self._suite.stop()
        self.feeds.stop()

    def set_time(self, at):
        self.clock.offset = at - datetime.datetime.now(datetime.timezone.utc)

    def now(self):
        return (datetime.datetime.now(datetime.timezone.utc) + self.clock.offset).astimezone(OSLO)

    def ask(self, socket):
        """This node of the cluster is the one that `query` asks."""
        link = self.folder / "db/s.sock"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(socket)

    @staticmethod
    def restart(process):
        """Starts what was killed or stopped."""
        process.start()
        wait_for(process)

    def query(self, sql):
        """Rows as lists of text. Waits while the database is down."""
        end = time.monotonic() + 60
        while True:
            done = subprocess.run(
                ["mariadb", "--no-defaults", "-S", self.folder / "db/s.sock", "-uroot", "-BN",
                 "ip_notification", "-e", sql], capture_output=True, text=True)
            if done.returncode == 0:
                return [line.split("\t") for line in done.stdout.splitlines()]
            if time.monotonic() > end:
                raise RuntimeError(done.stderr)
            time.sleep(0.2)

    def states(self):
        """How many messages are in which state."""
        counts = collections.Counter()
        for state, count in self.query("SELECT state, COUNT(*) FROM message GROUP BY state"):
            counts[int(state)] = int(count)
        return counts

    def wait(self, done, seconds, what):
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"not in {seconds} s: {what}; states {dict(self.states())}")
            time.sleep(0.1)

    def arrivals(self, found=None, forget=False):
        """What the sink took in truth, whatever fault was scripted: {local part: [time_ns of each copy]}.
        Added to what was `found` before; `forget` removes the mails that are counted."""
        found = collections.defaultdict(list) if found is None else found
        for file in os.listdir(self._suite.mail_folder):
            if not file.endswith(".eml"):
                continue
            with open(self._suite.mail_folder / file, "rb") as mail:
                for line in mail:
                    if line.startswith(b"X-Sink-To: "):
                        to = line.decode().removeprefix("X-Sink-To: ").split(",")[0].strip()
                        found[to.split("@")[0].rsplit(".", 1)[-1]].append(int(file.split("-")[0]))
                        break
            if forget:
                os.unlink(self._suite.mail_folder / file)
        return found

    def mails(self):
        return [file.read_bytes() for file in sorted(self._suite.mail_folder.glob("*.eml"))]

    def logs(self):
        return b"".join(service.log.read_bytes() for service in self.services if service.log.exists())
