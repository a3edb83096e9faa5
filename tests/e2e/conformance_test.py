"""One scenario, the clients of everybody: unary, stream, error details, deadline, cancel, 4 MiB, unicode. Prints
the table of results."""

import json
import subprocess
import time

import grpc
import pytest

from tests.e2e.conftest import ROOT
from tools.lib import generated  # noqa: F401

from individuellplan.referral.v1 import need_notice_pb2, referral_service_pb2
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2

SERVICE = "individuellplan.referral.v1.ReferralService"
UNIT = "units/fjordvik"
TEXT = "Blåbærsyltetøy 🫐 «sitat» – 日本語 ʻokina\u00a0\u200f"
# Enums by number, as every client takes them: GENERAL_PRACTITIONER, HEALTH, PLAN_AND_COORDINATOR.
NOTICE = {"subject": {"displayName": "Jostein Rødland", "municipalityCode": "4699"},
          "notifier": {"displayName": "Eva Lund", "source": 3}, "lifeAreas": [4],
          "requestedOutcome": 1, "needObservedDate": {"year": 2026, "month": 1, "day": 5}}
STEPS = ["unary", "stream", "error details", "unauthenticated", "deadline", "cancel", "4 MiB", "unicode"]


@pytest.fixture(scope="module")
def tokens(gateway):
    return {"practitioner": gateway._person_token("eva"), "caseWorker": gateway._person_token("siri"),
            "nationalId": gateway.persons["jostein"].national_id, "notice": NOTICE}


def table(results):
    width = max(map(len, results))
    lines = ["", " " * width + "  " + "  ".join(STEPS)]
    for client, steps in results.items():
        lines.append(f"{client:{width}}  " + "  ".join(
            f"{('ok' if steps.get(s) == 'ok' else 'NO'):{len(s)}}" for s in STEPS))
    wrong = [f"{client}: {step}: {result}" for client, steps in results.items()
             for step, result in steps.items() if result != "ok"]
    return "\n".join(lines + wrong), wrong


def test_clients_of_npm(suite, gateway, tokens, tmp_path):
    descriptors = tmp_path / "api.pb"
    protos = sorted(str(p.relative_to(ROOT / "protos")) for p in (ROOT / "protos").rglob("*.proto"))
    subprocess.run(["protoc", "-I", ROOT / "protos", "-I", ROOT / "third_party", "--include_imports",
                    f"--descriptor_set_out={descriptors}", *protos,
                    "google/rpc/error_details.proto"], check=True)
    done = subprocess.run(["node", ROOT / "tests/conformance/run.mjs", descriptors, suite.url], timeout=400,
                          input=json.dumps(tokens), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    results = {line["client"]: line["results"] for line in map(json.loads, done.stdout.splitlines())}
    text, wrong = table(results)
    print(text)
    assert len(results) == 7 and not wrong, text


def reason(error):
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    info = error_details_pb2.ErrorInfo()
    return next((info.reason for d in status.details if d.Is(info.DESCRIPTOR) and d.Unpack(info)), "")


class Grpcio:
    def __init__(self, channel, tokens):
        self.channel, self.tokens = channel, tokens

    def metadata(self, who):
        return [("authorization", f"Bearer {self.tokens[who]}")] if who else []

    def unary(self, name, request, response, who="practitioner", **options):
        call = self.channel.unary_unary(f"/{SERVICE}/{name}", type(request).SerializeToString, response.FromString)
        return call(request, metadata=self.metadata(who), **{"timeout": 10, **options})

    def watch(self, **options):
        call = self.channel.unary_stream(
            f"/{SERVICE}/WatchQueue", referral_service_pb2.WatchQueueRequest.SerializeToString,
            referral_service_pb2.QueueEvent.FromString)
        return call(referral_service_pb2.WatchQueueRequest(unit=UNIT), metadata=self.metadata("caseWorker"), **options)

    def refused(self, name, request, response, **options):
        with pytest.raises(grpc.RpcError) as failure:
            self.unary(name, request, response, **options)
        return failure.value

    def create(self, text):
        return referral_service_pb2.CreateNoticeRequest(
            notice=json_format.ParseDict({**NOTICE, "needDescription": text}, need_notice_pb2.NeedNotice()),
            subject_identity={"national_id": self.tokens["nationalId"]})


def test_grpcio(suite, tokens):
    with grpc.insecure_channel(suite.gateway_address) as channel:
        client = Grpcio(channel, tokens)
        units = client.unary("ListUnits", referral_service_pb2.ListUnitsRequest(), referral_service_pb2.ListUnitsResponse)
        assert UNIT in [unit.name for unit in units.units]
        call = client.watch()
        assert any(event.snapshot_complete for event in until(call, lambda e: e.snapshot_complete))
        call.cancel()
        with pytest.raises(grpc.RpcError) as cancelled:
            list(call)
        assert cancelled.value.code() == grpc.StatusCode.CANCELLED
        with pytest.raises(grpc.RpcError) as late:
            list(client.watch(timeout=0.7))
        assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        asked = client.refused("GetNotice", referral_service_pb2.GetNoticeRequest(name="nonsense"), need_notice_pb2.NeedNotice)
        assert reason(asked)
        nobody = client.refused("ListUnits", referral_service_pb2.ListUnitsRequest(),
                                referral_service_pb2.ListUnitsResponse, who=None)
        assert (nobody.code(), reason(nobody)) == (grpc.StatusCode.UNAUTHENTICATED, "LOGIN_REQUIRED")
        below = client.refused("CreateNotice", client.create("x" * 4_100_000), need_notice_pb2.NeedNotice)
        assert below.code() == grpc.StatusCode.INVALID_ARGUMENT
        above = client.refused("CreateNotice", client.create("x" * 5_000_000), need_notice_pb2.NeedNotice)
        assert above.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        made = client.unary("CreateNotice", client.create(TEXT), need_notice_pb2.NeedNotice)
        assert made.need_description == TEXT


def until(call, enough):
    for event in call:
        yield event
        if enough(event):
            return


def curl(suite, method, body, *more):
    done = subprocess.run(
        ["curl", "-sS", "-X", "POST", f"{suite.url}/{SERVICE}/{method}", "--data-binary", "@-", "-w", "\n%{http_code}",
         *more], input=body.encode(), capture_output=True, timeout=30)
    text, _, status = done.stdout.decode(errors="replace").rpartition("\n")
    return int(status or 0), text, done.returncode


def test_curl(suite, tokens):
    def json_call(method, body, who="practitioner", *more):
        return curl(suite, method, body, "-H", "content-type: application/json",
                    *(["-H", f"authorization: Bearer {tokens[who]}"] if who else []), *more)

    status, text, _ = json_call("ListUnits", "{}")
    assert status == 200 and UNIT in [unit["name"] for unit in json.loads(text)["units"]]
    status, text, _ = json_call("GetNotice", '{"name": "nonsense"}')
    assert status in (400, 404) and json.loads(text)["details"][0]["debug"]["reason"]
    assert json_call("ListUnits", "{}", None)[0] == 401
    notice = {"notice": {**NOTICE, "needDescription": TEXT}, "subjectIdentity": {"nationalId": tokens["nationalId"]}}
    status, text, _ = json_call("CreateNotice", json.dumps(notice, ensure_ascii=False))
    assert status == 200 and json.loads(text)["needDescription"] == TEXT
    notice["notice"]["needDescription"] = "x" * 4_100_000
    assert json_call("CreateNotice", json.dumps(notice))[0] == 400
    notice["notice"]["needDescription"] = "x" * 5_000_000
    assert json_call("CreateNotice", json.dumps(notice))[0] == 413

    message = json.dumps({"unit": UNIT}).encode()
    envelope = (b"\0" + len(message).to_bytes(4, "big") + message).decode()
    watch = ["-H", "content-type: application/connect+json", "-H", f"authorization: Bearer {tokens['caseWorker']}"]
    status, text, _ = curl(suite, "WatchQueue", envelope, *watch, "-H", "connect-timeout-ms: 700")
    assert status == 200 and '"snapshotComplete":true' in text and '"deadline_exceeded"' in text
    begin = time.monotonic()
    *_, code = curl(suite, "WatchQueue", envelope, *watch, "--max-time", "1")
    assert code == 28 and time.monotonic() - begin < 10, "curl hung up by itself"
