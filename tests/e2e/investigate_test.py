"""What docs/operations.md, "Investigate", says one sees, is what one sees."""

import concurrent.futures
import json
import re
import subprocess
import time

import pytest
import requests

from tests.e2e.conftest import gateway_of, running_suite
from tests.fault.certificates import issue
from tools.lib.dbserver import Server
from tools.lib.ipclient import CallFailed
from tools.suite.suite import free_port

from individuellplan.referral.v1 import referral_service_pb2 as referral

QUEUE = referral.ListQueueRequest(unit="units/fjordvik")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A suite of its own: it is broken here."""
    with running_suite(tmp_path_factory.mktemp("investigate")) as suite:
        yield suite


def lines(suite, name, **wanted):
    log = (suite.folder / "logs" / f"{name}.log").read_text().splitlines()
    found = [json.loads(line) for line in log if line.startswith("{")]
    return [line for line in found if all(line.get(key) == value for key, value in wanted.items())]


def eventually(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "did not come in time"
        time.sleep(0.05)
    return value


def metric(address, name):
    page = requests.get(f"http://{address}/metrics", timeout=5).text
    return float(re.search(rf"^{re.escape(name)} (\S+)$", page, re.M)[1])


def test_a_program_that_cannot_start_says_why_in_its_last_line(own):
    command = [part for part in own.processes["plan-service"].command if not part.startswith("--reference_file")]
    ended = subprocess.run([*command, "--reference_file=/nowhere.json", "--listen=127.0.0.1:0"], capture_output=True, text=True,
                           timeout=30)
    last = json.loads(ended.stderr.strip().splitlines()[-1])
    assert ended.returncode == 1
    assert last["event"] == "cannot_serve" and "/nowhere.json" in last["why"]


def test_a_call_is_one_line_without_a_name_at_each_program(own):
    gateway_of(own).person("sara", "CASE_WORKER", browser=False).referral.ListQueue(QUEUE)
    call = eventually(lambda: lines(own, "gateway", event="call", rpc="individuellplan.referral.v1.ReferralService/ListQueue"))[-1]
    inner = eventually(lambda: lines(own, "referral-service", event="rpc", trace_id=call["trace_id"]))[-1]
    assert call["code"] == inner["code"] == "OK" and call["dur_us"] > 0 and call["subject"] == inner["subject"]
    assert "Hansen" not in json.dumps([call, inner])


def test_a_service_that_is_down_is_named_by_the_gateway(own):
    sara = gateway_of(own).person("sara", "CASE_WORKER", browser=False)
    sara.referral.ListQueue(QUEUE)
    own.kill("referral-service")
    try:
        with pytest.raises(CallFailed) as failed:
            sara.referral.ListQueue(QUEUE)
        assert failed.value.reason == "BACKEND_UNAVAILABLE" and "referral-service" in failed.value.message
        assert eventually(lambda: lines(own, "gateway", event="call", code="UNAVAILABLE", reason="BACKEND_UNAVAILABLE"))
    finally:
        own.start_one("referral-service")


def test_a_certificate_that_ran_out_is_seen_before_and_named_after(own):
    """The service must connect anew; once it has a new one, calls work without anybody's help."""
    sara = gateway_of(own).person("sara", "CASE_WORKER", browser=False)
    sara.referral.ListQueue(QUEUE)
    address = f"127.0.0.1:{free_port()}"
    process = own.processes["referral-service"]
    process.env = {"IP_METRICS_ADDRESS": address}
    issue(own.certificates, "referral-service", -1)
    own.kill("referral-service")
    process.start()

    def runs_out():
        return metric(address, 'ip_tls_certificate_not_after_seconds{certificate="internal"}')

    try:
        eventually(lambda: own._accepts(own.ports.referral))
        with pytest.raises(CallFailed) as failed:
            sara.referral.ListQueue(QUEUE)
        assert failed.value.reason == "BACKEND_UNAVAILABLE" and "referral-service" in failed.value.message
        assert runs_out() < time.time()
    finally:
        own.renew_certificates()
    assert runs_out() > time.time() + 20 * 86400
    eventually(process.is_ready)
    eventually(lambda: answered(sara.referral.ListQueue, QUEUE))


def answered(call, request):
    try:
        call(request)
        return True
    except CallFailed as failed:
        assert failed.reason == "BACKEND_UNAVAILABLE"
        return False


def test_calls_queue_when_the_database_is_slow_and_all_are_answered(own):
    address = f"127.0.0.1:{free_port()}"
    own.processes["referral-service"].env = {"IP_METRICS_ADDRESS": address}
    own.kill("referral-service")
    own.start_one("referral-service")
    sara = gateway_of(own).person("sara", "CASE_WORKER", browser=False)
    eventually(lambda: answered(sara.referral.ListQueue, QUEUE))
    holder = subprocess.Popen(Server(socket=f"{own.folder}/db/s.sock").command("mariadb", "-BN", "--unbuffered"), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        try:
            holder.stdin.write("LOCK TABLES ip_referral.notice_queue WRITE; SELECT 1;\n")
            holder.stdin.flush()
            assert holder.stdout.readline() == "1\n"
            calls = [pool.submit(sara.referral.ListQueue, QUEUE) for _ in range(20)]
            assert eventually(lambda: metric(address, "ip_rpc_queue_depth") >= 20 - 8)  # eight workers, all at the table
        finally:
            holder.communicate()
        for call in calls:
            call.result()
    assert metric(address, "ip_rpc_queue_depth") == 0


def test_a_lost_database_is_named_and_ends_readiness(own):
    own.processes["database"].stop()
    try:
        for name in ("plan-service", "referral-service", "notification-service"):
            assert eventually(lambda name=name: lines(own, name, event="not_ready"))
            assert own.processes[name].running()
    finally:
        own.start_one("database")
    for name in ("plan-service", "referral-service", "notification-service"):
        eventually(own.processes[name].is_ready)
