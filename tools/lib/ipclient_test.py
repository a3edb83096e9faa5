"""The client against a gateway that answers as told: retries, errors, roles, both doors."""

import base64
import concurrent.futures
import http.server
import json
import pathlib
import sys
import threading

import grpc
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.lib import ipclient  # noqa: E402

from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from individuellplan.plan.v1 import care_plan_pb2  # noqa: E402
from individuellplan.plan.v1 import plan_service_pb2 as plans  # noqa: E402

GET = plans.GetPlanRequest(name="plans/a")


def refusal():
    info = error_details_pb2.ErrorInfo(reason="PLAN_INCOMPLETE", domain="plan.individuellplan")
    gaps = error_details_pb2.PreconditionFailure()
    gaps.violations.add(type="19_c", subject="plans/a", description="Ingen koordinator.")
    status = status_pb2.Status(code=9, message="not yet")
    for detail in (info, gaps):
        status.details.add().Pack(detail)
    return status


class Server(grpc.GenericRpcHandler):
    """Refuses with `failures` first, then answers; remembers the metadata."""

    def __init__(self):
        self.failures, self.seen = [], []

    def service(self, details):
        def answer(request, context):
            self.seen.append((details.method, dict(context.invocation_metadata())))
            if self.failures:
                code, details_ = self.failures.pop(0)
                if details_:
                    context.set_trailing_metadata((("grpc-status-details-bin", details_),))
                context.abort(code, "not now")
            return care_plan_pb2.CarePlan(name="plans/a").SerializeToString()

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest.fixture
def grpc_caller():
    handler = Server()
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    caller = ipclient.GrpcCaller(grpc.insecure_channel(f"127.0.0.1:{port}"), lambda: "t", "CASE_WORKER")
    yield handler, caller
    server.stop(None)


def test_a_call_carries_token_and_role(grpc_caller):
    handler, caller = grpc_caller
    assert caller.plan.GetPlan(GET).name == "plans/a"
    method, metadata = handler.seen[0]
    assert method == "/individuellplan.plan.v1.PlanService/GetPlan"
    assert metadata["authorization"] == "Bearer t" and metadata["x-role"] == "CASE_WORKER"


def test_unavailable_is_tried_again_and_nothing_else(grpc_caller):
    handler, caller = grpc_caller
    handler.failures = [(grpc.StatusCode.UNAVAILABLE, None)] * 2
    assert caller.plan.GetPlan(GET).name == "plans/a" and len(handler.seen) == 3
    handler.failures = [(grpc.StatusCode.ABORTED, None)]
    with pytest.raises(ipclient.CallFailed) as failure:
        caller.plan.GetPlan(GET)
    assert failure.value.code == "ABORTED" and len(handler.seen) == 4


def test_it_gives_up_in_the_end(grpc_caller):
    handler, caller = grpc_caller
    handler.failures = [(grpc.StatusCode.UNAVAILABLE, None)] * 9
    with pytest.raises(ipclient.CallFailed) as failure:
        caller.plan.GetPlan(GET)
    assert failure.value.code == "UNAVAILABLE" and len(handler.seen) == ipclient.ATTEMPTS


def test_a_refusal_tells_all_that_is_wrong(grpc_caller):
    handler, caller = grpc_caller
    handler.failures = [(grpc.StatusCode.FAILED_PRECONDITION, refusal().SerializeToString())]
    with pytest.raises(ipclient.CallFailed) as failure:
        caller.plan.GetPlan(GET)
    assert failure.value.reason == "PLAN_INCOMPLETE" and "Ingen koordinator." in str(failure.value)


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(("GET", self.path))
        self.reply(200, "text/html", b"inne")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, dict(self.headers.items()), body))
        if self.server.refuse:
            details = [{"type": any_.type_url.split("/")[-1],
                        "value": base64.b64encode(any_.value).decode().rstrip("=")}
                       for any_ in refusal().details]
            error = {"code": "failed_precondition", "message": "not yet", "details": details}
            return self.reply(400, "application/json", json.dumps(error).encode())
        self.reply(200, "application/proto", care_plan_pb2.CarePlan(name="plans/b").SerializeToString())

    def reply(self, code, kind, body):
        self.send_response(code)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.seen, server.refuse = [], False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server, ipclient.BrowserCaller(f"http://127.0.0.1:{server.server_port}", "idporten", "ola")
    server.shutdown()


def test_a_browser_logs_in_and_speaks_connect(web):
    server, caller = web
    assert caller.plan.GetPlan(GET).name == "plans/b"
    assert server.seen[0] == ("GET", "/login?provider=idporten")
    path, headers, body = server.seen[1]
    assert path == "/individuellplan.plan.v1.PlanService/GetPlan" and body == GET.SerializeToString()
    assert headers["content-type"] == "application/proto" and headers["x-ip-csrf"] == "1"


def test_errors_over_connect_are_the_same(web):
    server, caller = web
    server.refuse = True
    with pytest.raises(ipclient.CallFailed) as failure:
        caller.plan.GetPlan(GET)
    assert failure.value.code == "FAILED_PRECONDITION" and failure.value.reason == "PLAN_INCOMPLETE"
    assert failure.value.violations == ["plans/a: Ingen koordinator."]
