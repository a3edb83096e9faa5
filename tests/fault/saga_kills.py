#!/usr/bin/python3
"""Accepts notices while referral-service and plan-service are killed (kill -9) again and again, and
afterwards counts: exactly one plan and one nomination for each.

    IP_PRESET=dev tests/fault/saga_kills.py [NOTICES] [--json FILE]
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid

import grpc
import jwt
from jwt.algorithms import ECAlgorithm

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tools.lib import generated  # noqa: E402,F401
from tools.lib.tenor import tenor_number  # noqa: E402
from tools.suite.process import wait_for  # noqa: E402
from tools.suite.suite import Ports, Suite  # noqa: E402

from google.type import date_pb2  # noqa: E402
from individuellplan.plan.v1 import plan_service_pb2 as plan  # noqa: E402
from individuellplan.plan.v1 import plan_service_pb2_grpc  # noqa: E402
from individuellplan.referral.v1 import need_notice_pb2 as notices  # noqa: E402
from individuellplan.referral.v1 import referral_service_pb2 as referral  # noqa: E402
from individuellplan.referral.v1 import referral_service_pb2_grpc  # noqa: E402
from individuellplan.type.v1 import common_pb2 as common  # noqa: E402

PARTS = ("plan-service", "referral-service")
PATIENCE = 120  # seconds
GP = {"sub": "persons/gp", "role": "PRACTITIONER", "org": "organizations/999990002", "name": "Jonas Berg"}
CASE_WORKER = {"sub": "persons/siri", "role": "CASE_WORKER", "org": "organizations/999990001",
               "municipality": "4699", "name": "Siri Dahle"}
PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED)


class Caller:
    """Calls as the gateway would: with an internal token, again and again until it gets through."""

    def __init__(self, keys):
        jwk = json.loads((keys / "internal/gateway.jwk").read_text())
        self.kid, self.key = jwk["kid"], ECAlgorithm.from_jwk(json.dumps(jwk))

    def __call__(self, method, audience, who, request):
        end = time.monotonic() + PATIENCE
        while True:
            now = int(time.time())
            token = jwt.encode({"iss": "gateway", "aud": audience, "iat": now, "exp": now + 60, **who},
                               self.key, "ES256", headers={"kid": self.kid, "typ": "ip-internal+jwt"})
            try:
                return method(request, metadata=[("x-ip-identity", token)], timeout=5)
            except grpc.RpcError as error:
                if error.code() not in PASSING or time.monotonic() > end:
                    raise
                time.sleep(0.05)


def storm(suite, work):
    """Kills one of the two services every half second or so until the work is done; answers how often. One that is
    still starting is waited for: on a busy machine none would ever serve.

    On the main thread: a program dies with the thread that started it (tools/suite/process.py).
    """
    kills = 0
    while work.is_alive():
        time.sleep(random.uniform(0.1, 0.8))
        part = random.choice(PARTS)
        wait_for(suite.processes[part])
        suite.kill(part)
        suite.processes[part].start()
        kills += 1
    return kills


def new_notice(number):
    request = referral.CreateNoticeRequest(request_id=str(uuid.uuid4()))
    request.subject_identity.national_id = number
    notice = request.notice
    notice.subject.display_name = "Kari Nordli"
    notice.subject.municipality_code = "4699"
    notice.notifier.source = notices.Notifier.GENERAL_PRACTITIONER
    notice.need_description = "Trenger noen som samordner tjenestene."
    notice.life_areas.append(common.HOUSING)
    notice.requested_outcome = notices.NeedNotice.PLAN_AND_COORDINATOR
    day = date_pb2.Date(year=2026, month=1, day=5)
    notice.need_observed_date.CopyFrom(day)
    notice.consent_basis.kind = notices.ConsentBasis.CONSENT
    notice.consent_basis.consent_date.CopyFrom(day)
    notice.rights_information.given = True
    notice.rights_information.given_date.CopyFrom(day)
    return request


def new_id():
    return str(uuid.uuid4())


def referrals(suite):
    return referral_service_pb2_grpc.ReferralServiceStub(
        suite.channel(suite.ports.referral))


def plans(suite):
    return plan_service_pb2_grpc.PlanServiceStub(suite.channel(suite.ports.plan))


def reads(read):
    """Whether a read finds something."""
    try:
        read()
        return True
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.NOT_FOUND:
            raise
        return False


def count(suite, table):
    return int(subprocess.run(
        ["mariadb", "--no-defaults", "-S", suite.folder / "db/s.sock", "-uroot", "-BNe",
         f"SELECT COUNT(*) FROM {table}"], check=True, capture_output=True, text=True).stdout)


def take_new(call, stub, number):
    """A notice about a person, sent and taken."""
    def step(method, who, request):
        return call(getattr(stub, method), "referral-service", who, request)

    draft = step("CreateNotice", GP, new_notice(number))
    step("SubmitNotice", GP, referral.ActionRequest(name=draft.name, etag=draft.etag, request_id=new_id()))
    return step("TakeNextNotice", CASE_WORKER, referral.TakeNextNoticeRequest(
        unit="units/fjordvik", request_id=new_id()))


def accept(call, stub, number, coordinator):
    taken = take_new(call, stub, number)
    request = referral.AcceptNoticeRequest(name=taken.name, etag=taken.etag, request_id=new_id())
    request.decision.outcome = notices.NeedNotice.PLAN_AND_COORDINATOR
    request.decision.legal_bases.append(common.HOL_7_1)
    request.coordinator.identity.national_id = coordinator
    request.coordinator.display_name = "Amina Hassan Lie"
    request.coordinator.organization = "organizations/999990003"
    request.coordinator.work_email = "amina.lie@fjordvik.example"
    return call(stub.AcceptNotice, "referral-service", CASE_WORKER, request).name


def run(suite, wanted):
    call = Caller(suite.keys)
    referral_stub, plan_stub = referrals(suite), plans(suite)
    accepted = []

    def work():
        for i in range(wanted):
            person = tenor_number(1960 + i % 40, 1 + i % 12, 1 + i // 40 % 28)
            accepted.append(accept(call, referral_stub, person, tenor_number(1990, 1, 30)))

    worker = threading.Thread(target=work)
    worker.start()
    kills = storm(suite, worker)

    seen, doubled = 0, 0
    end = time.monotonic() + PATIENCE
    for name in accepted:
        while True:
            notice = call(referral_stub.GetNotice, "referral-service", CASE_WORKER,
                          referral.GetNoticeRequest(name=name))
            if notice.acceptance.step == notices.Acceptance.AWAITING_COORDINATOR:
                found = call(plan_stub.GetPlan, "plan-service", CASE_WORKER,
                             plan.GetPlanRequest(name=notice.acceptance.plan))
                seen += found.notice == name
                doubled += len(found.coordinator_appointments) - 1
                break
            if time.monotonic() > end:
                break
            time.sleep(0.1)
    return {"name": "referral.saga_kill9", "expected": wanted, "seen": seen, "lost": wanted - seen,
            "doubled": doubled + count(suite, "ip_plan.plan") - wanted, "kills": kills}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notices", type=int, nargs="?", default=100)
    parser.add_argument("--json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(folder, Ports.free())
        keep = ("database", *PARTS)
        suite.processes = {name: p for name, p in suite.processes.items() if name in keep}
        try:
            suite.start()
            result = run(suite, options.notices)
        finally:
            suite.stop()
    line = json.dumps(result)
    print(line)
    if options.json:
        with open(options.json, "a") as file:
            file.write(line + "\n")
    return 0 if result["lost"] == 0 and result["doubled"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
