#!/usr/bin/python3
"""Kills referral-service (kill -9) at each fault point of the acceptance and of forwarding, one by one,
starts it again, and afterwards counts: exactly one plan and one coordinator, exactly one notice sent on.

    IP_PRESET=dev tests/fault/saga_points.py [--json FILE]
"""

import argparse
import json
import pathlib
import re
import sys
import tempfile
import time

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.fault import saga_kills as saga  # noqa: E402
from tools.lib.tenor import tenor_number  # noqa: E402
from tools.suite.process import wait_for  # noqa: E402
from tools.suite.suite import ROOT, Ports, Suite  # noqa: E402

from individuellplan.plan.v1 import plan_service_pb2 as plan  # noqa: E402
from individuellplan.referral.v1 import need_notice_pb2 as notices  # noqa: E402
from individuellplan.referral.v1 import referral_service_pb2 as referral  # noqa: E402

COORDINATOR = tenor_number(1990, 1, 30)
MOVED_TO = {"sub": "persons/mette", "role": "CASE_WORKER", "org": "organizations/999990040",
            "municipality": "4698", "name": "Mette Ulvund"}


def fault_points():
    """All names in the service's sources, in the order they stand there."""
    found = []
    for file in sorted((ROOT / "referral-service").rglob("*.cc")):
        text = file.read_text()
        for name in re.findall(r'"((?:acceptance|forwarding)\.[a-z_]+)"', text):
            if name not in found:
                found.append(name)
    return found


class Run:
    def __init__(self, suite):
        self.suite = suite
        self.call = saga.Caller(suite.keys)
        self.persons = 0

    def until(self, condition, what):
        end = time.monotonic() + saga.PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not in time: {what}")
            time.sleep(0.05)

    def service(self, fault=None):
        """referral-service anew, with a fault point or without."""
        process = self.suite.processes["referral-service"]
        process.stop()
        process.env = {"IP_FAULT_POINT": fault} if fault else None
        process.start()
        wait_for(process)
        return process

    def notice(self, name, who=saga.CASE_WORKER):
        return self.call(saga.referrals(self.suite).GetNotice, "referral-service", who,
                         referral.GetNoticeRequest(name=name))

    def dies(self, process, act):
        """Whether the process died at its fault point; the call that met it is made again afterwards."""
        answer = []
        worker = saga.threading.Thread(target=lambda: answer.append(act()))
        worker.start()
        end = time.monotonic() + 30
        while process.running() and time.monotonic() < end:
            time.sleep(0.02)
        died = not process.running() and process.popen.returncode == -9
        self.service()
        worker.join()
        return died, answer[0]

    def accept(self):
        self.persons += 1
        person = tenor_number(1960 + self.persons, 1, 5)
        return saga.accept(self.call, saga.referrals(self.suite), person, COORDINATOR)

    def answer(self, name):
        """The coordinator says yes, unless they have."""
        stub = saga.plans(self.suite)
        self.until(lambda: self.notice(name).acceptance.step >= notices.Acceptance.AWAITING_COORDINATOR,
                   "the coordinator is asked")
        acceptance = self.notice(name).acceptance
        if acceptance.step == notices.Acceptance.DONE:
            return
        found = self.call(stub.GetPlan, "plan-service", saga.CASE_WORKER,
                          plan.GetPlanRequest(name=acceptance.plan))
        appointment = found.coordinator_appointments[0]
        if appointment.HasField("accept_time"):
            return
        who = {"sub": appointment.person, "role": "PRACTITIONER", "org": "organizations/999990003",
               "name": "Amina Hassan Lie"}
        self.call(stub.AcceptCoordinatorAppointment, "plan-service", who,
                  plan.ActionRequest(name=appointment.name, etag=appointment.etag))

    def acceptance(self, fault):
        process = self.service(fault)

        def act():
            name = self.accept()
            if fault in ("acceptance.answer_seen", "acceptance.closed"):
                self.answer(name)
            return name

        died, name = self.dies(process, act)
        self.answer(name)
        self.until(lambda: self.notice(name).state == notices.NeedNotice.CLOSED_DONE, "closed")
        done = self.notice(name)
        found = self.call(saga.plans(self.suite).GetPlan, "plan-service", saga.CASE_WORKER,
                          plan.GetPlanRequest(name=done.acceptance.plan))
        return died, found.notice == name and len(found.coordinator_appointments) == 1

    def forwarding(self, fault):
        process = self.service(fault)
        stub = saga.referrals(self.suite)

        def act():
            self.persons += 1
            taken = saga.take_new(self.call, stub, tenor_number(1960 + self.persons, 1, 5))
            request = referral.ForwardNoticeRequest(
                name=taken.name, etag=taken.etag, request_id=saga.new_id(), unit="units/lyngnes", reason="Bor der")
            return self.call(stub.ForwardNotice, "referral-service", saga.CASE_WORKER, request)

        died, forwarded = self.dies(process, act)
        self.until(lambda: saga.reads(lambda: self.notice(forwarded.forwarded_to, MOVED_TO)), "sent on")
        queue = self.call(stub.ListQueue, "referral-service", MOVED_TO,
                          referral.ListQueueRequest(unit="units/lyngnes"))
        copies = [item for item in queue.items if item.name == forwarded.forwarded_to]
        sent_on = sum(queue.state_counts.values())
        self.sent_on = getattr(self, "sent_on", 0) + 1
        return died, len(copies) == 1 and sent_on == self.sent_on


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json")
    options = parser.parse_args()
    points = fault_points()
    whole = kills = 0
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(folder, Ports.free())
        keep = ("database", *saga.PARTS)
        suite.processes = {name: p for name, p in suite.processes.items() if name in keep}
        try:
            suite.start()
            run = Run(suite)
            for point in points:
                try:
                    step = run.acceptance if point.startswith("acceptance.") else run.forwarding
                    died, right = step(point)
                except (AssertionError, grpc.RpcError) as error:
                    died, right = False, False
                    print(f"{point}: {error}", file=sys.stderr)
                print(f"{point}: {'killed' if died else 'NOT REACHED'}, {'whole' if right else 'BROKEN'}",
                      file=sys.stderr)
                kills += died
                whole += right
            plans = saga.count(suite, "ip_plan.plan")
        finally:
            suite.stop()
    expected = len([p for p in points if p.startswith("acceptance.")])
    result = {"name": "referral.saga_points", "expected": len(points), "seen": whole,
              "lost": len(points) - whole, "doubled": plans - expected, "kills": kills}
    line = json.dumps(result)
    print(line)
    if options.json:
        with open(options.json, "a") as file:
            file.write(line + "\n")
    return 0 if result["lost"] == 0 and result["doubled"] == 0 and kills == len(points) else 1


if __name__ == "__main__":
    sys.exit(main())
