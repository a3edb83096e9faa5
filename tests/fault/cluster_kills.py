#!/usr/bin/python3
"""The suite as a cluster (three Galera nodes, two replicas of each program) under load, while everything is
killed (kill -9) once and then restarted in turn; with --cut, services vanish one after the other instead (their packets are
dropped, as when a machine loses its power), in a network of its own. Counts what clients saw: acknowledged writes that are not there
afterwards, calls that failed after the client's own retries, and the longest time without any success.

    tests/fault/cluster_kills.py [--clients N] [--pause SECONDS] [--cut SECONDS] [--only NAME…] [--json FILE]     as root
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.fault.saga_kills import new_id, new_notice  # noqa: E402
from tools.lib.ipclient import CallFailed, Gateway  # noqa: E402
from tools.lib.persons import Persons  # noqa: E402
from tools.lib.tenor import tenor_number  # noqa: E402
from tools.suite.cluster import ClusterSuite  # noqa: E402
from tools.suite.process import wait_for  # noqa: E402
from tools.suite.suite import Ports  # noqa: E402

from individuellplan.plan.v1 import plan_service_pb2 as plan  # noqa: E402
from individuellplan.referral.v1 import need_notice_pb2 as notices  # noqa: E402
from individuellplan.referral.v1 import referral_service_pb2 as referral  # noqa: E402
from individuellplan.type.v1 import common_pb2 as common  # noqa: E402

PATIENCE = 120  # seconds until what was begun must be finished


class Tally:
    """What the clients saw, from all threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.calls, self.failed, self.stall = 0, [], 0.0
        self.last = time.monotonic()
        self.sent, self.accepted = [], []

    def succeeded(self):
        with self.lock:
            now = time.monotonic()
            self.calls += 1
            self.stall, self.last = max(self.stall, now - self.last), now

    def forget_pause(self):
        with self.lock:
            self.last = time.monotonic()


class Client(threading.Thread):
    """A doctor, a case worker and their calls: sends a notice, takes one, accepts it, until told to stop. A call
    that failed for good is counted and begun again with the same request id, as a person would press again."""

    def __init__(self, number, suite, tally):
        super().__init__(daemon=True)
        self.number, self.tally, self.stopping = number, tally, threading.Event()
        gateway = Gateway(suite.gateway_address, Persons(suite.persons_file), helseid=suite.helseid_url,
                          secrets=suite.folder / "idp")
        gateway.channel = grpc.insecure_channel(
            "ipv4:" + ",".join(suite.gateway_addresses), options=[
                ("grpc.service_config", '{"loadBalancingConfig":[{"round_robin":{}}]}'),
                ("grpc.max_reconnect_backoff_ms", 500), ("grpc.initial_reconnect_backoff_ms", 100)])
        self.doctor, self.case_worker = gateway.person("eva"), gateway.person("sara", "CASE_WORKER", browser=False)
        self.error = None

    def call(self, method, request):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = method(request)
                self.tally.succeeded()
                return answer
            except CallFailed as failure:
                if failure.code not in ("UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED") \
                        or time.monotonic() > end:
                    raise
                with self.tally.lock:
                    self.tally.failed.append(str(failure).splitlines()[0])

    def run(self):
        count = 0
        try:
            while not self.stopping.is_set():
                self.once(count)
                count += 1
        except Exception as error:  # told by main()
            self.error = error

    def once(self, count):
        number = tenor_number(1940 + self.number, 1 + count % 12, 1 + count // 12 % 28, count // 336)
        draft = self.call(self.doctor.referral.CreateNotice, new_notice(number))
        self.call(self.doctor.referral.SubmitNotice, referral.ActionRequest(
            name=draft.name, etag=draft.etag, request_id=new_id()))
        self.tally.sent.append(draft.name)
        try:
            taken = self.call(self.case_worker.referral.TakeNextNotice, referral.TakeNextNoticeRequest(
                unit="units/fjordvik", request_id=new_id()))
        except CallFailed as failure:
            if failure.code in ("NOT_FOUND", "FAILED_PRECONDITION"):
                return  # another client was quicker
            raise
        request = referral.AcceptNoticeRequest(name=taken.name, etag=taken.etag, request_id=new_id())
        request.decision.outcome = notices.NeedNotice.PLAN_AND_COORDINATOR
        request.decision.legal_bases.append(common.HOL_7_1)
        request.coordinator.identity.national_id = tenor_number(1990, 1, 30)
        request.coordinator.display_name = "Amina Hassan Lie"
        request.coordinator.organization = "organizations/999990003"
        request.coordinator.work_email = "amina.lie@fjordvik.example"
        self.tally.accepted.append(self.call(self.case_worker.referral.AcceptNotice, request).name)


def missing(tally, client):
    """Names of acknowledged notices that are not as they were acknowledged, once the sagas have had their time."""
    lost = []
    for name in tally.sent:
        try:
            if client.call(client.doctor.referral.GetNotice, referral.GetNoticeRequest(name=name)).state == notices.NeedNotice.DRAFT:
                lost.append(name)
        except CallFailed:
            lost.append(name)
    for name in tally.accepted:
        end = time.monotonic() + PATIENCE
        while True:
            notice = client.call(client.case_worker.referral.GetNotice, referral.GetNoticeRequest(name=name))
            if notice.acceptance.step == notices.Acceptance.AWAITING_COORDINATOR:
                found = client.call(client.case_worker.plan.GetPlan, plan.GetPlanRequest(name=notice.acceptance.plan))
                if found.notice != name or len(found.coordinator_appointments) != 1:
                    lost.append(name)
                break
            if time.monotonic() > end:
                lost.append(name)
                break
            time.sleep(0.2)
    return lost


def kill_each(suite, victims, pause, say):
    for name in victims:
        say(f"kill -9 {name}")
        suite.kill(name)
        time.sleep(pause)
        suite.processes[name].start()
        wait_for(suite.processes[name])
        time.sleep(1)


def restart_each(suite, victims, say):
    for name in victims:
        say(f"restart {name}")
        suite.processes[name].stop()
        suite.processes[name].start()
        wait_for(suite.processes[name])
        time.sleep(1)


def cut_each(suite, victims, seconds, say):
    for name in victims:
        service = name.removesuffix("-2")
        port = suite.second[service] if name != service else getattr(suite.ports, service.removesuffix("-service"))
        say(f"cutting off {name}")
        rules = [["INPUT", "-i", "lo", "-p", "tcp", end, str(port), "-j", "DROP"] for end in ("--dport", "--sport")]
        for rule in rules:
            subprocess.run(["iptables", "-A", *rule], check=True)
        time.sleep(seconds)
        for rule in rules:
            subprocess.run(["iptables", "-D", *rule], check=True)
        wait_for(suite.processes[name])
        time.sleep(5)


def run(suite, clients, pause, only=(), say=lambda text: None, cut=0):
    """Returns (figures, texts of failed calls). Stalls are counted per phase, while nobody else measures."""
    tally = Tally()
    threads = [Client(number, suite, tally) for number in range(clients)]
    for client in threads:
        client.start()
    wait_until(lambda: len(tally.accepted) >= 3 or any(c.error for c in threads), "the first accepted notices")
    victims = list(only) or [*suite.replicas(), *suite.database_nodes()]
    figures = {"name": "cluster.kill9", "kills": len(victims)}
    phases = {"kill": lambda: kill_each(suite, victims, pause, say), "restart": lambda: restart_each(suite, victims, say)}
    if cut:
        victims = list(only) or [name for name in suite.replicas() if name.removesuffix("-2") in ("plan-service", "referral-service")]
        figures = {"name": "cluster.cut", "cuts": len(victims)}
        phases = {"cut": lambda: cut_each(suite, victims, cut, say)}
    for phase, disturb in phases.items():
        tally.stall = 0.0
        tally.forget_pause()
        failed = len(tally.failed)
        disturb()
        figures[f"{phase}_failed_calls"] = len(tally.failed) - failed
        figures[f"{phase}_longest_stall_s"] = round(tally.stall, 2)
        say(f"{phase}: longest stall {tally.stall:.2f} s, failed calls {len(tally.failed) - failed}, calls {tally.calls}")
    for client in threads:
        client.stopping.set()
    for client in threads:
        client.join(PATIENCE)
    errors = [client.error for client in threads if client.error]
    if errors:
        raise errors[0]
    say(f"looking for {len(tally.sent)} sent and {len(tally.accepted)} accepted notices")
    lost = missing(tally, threads[0])
    figures.update(calls=tally.calls, expected=len(tally.sent) + len(tally.accepted), lost=len(lost),
                   failed_calls=len(tally.failed))
    return figures, tally.failed


def wait_until(answer, what, seconds=60):
    """What `answer` gives as soon as it is true."""
    end = time.monotonic() + seconds
    while not (value := answer()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.1)
    return value


@contextlib.contextmanager
def running_cluster():
    """The suite as a cluster, and what prints a line with the time since it began."""
    begin = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - begin:6.1f} s  {text}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="ip-cluster-") as folder:
        os.chmod(folder, 0o755)
        suite = ClusterSuite(folder, Ports.free(), say)
        try:
            suite.start()
            yield suite, say
        finally:
            suite.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=3, help="seconds that a killed program stays away")
    parser.add_argument("--cut", type=float, default=0, help="seconds that a service is cut off")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json")
    options = parser.parse_args()
    if options.cut:
        if os.environ.get("IP_OWN_NETWORK") != "1":
            os.execvpe("unshare", ["unshare", "--net", sys.executable, *sys.argv], {**os.environ, "IP_OWN_NETWORK": "1"})
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with running_cluster() as (suite, say):
        figures, failed = run(suite, options.clients, options.pause, options.only, say, options.cut)
    for text in sorted(set(failed)):
        print(f"{failed.count(text):5} x {text}")
    line = json.dumps(figures)
    print(line)
    if options.json:
        with open(options.json, "a") as file:
            file.write(line + "\n")
    return 0 if figures["lost"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
