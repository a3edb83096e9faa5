"""Inside the suite: who shows no certificate, or another's, is not heard, and certificates change while all runs."""

import json
import socket
import ssl
import threading
import time

import grpc
import jwt
import pytest
from cryptography import x509
from jwt.algorithms import ECAlgorithm

from tools.lib import generated  # noqa: F401

from google.rpc import error_details_pb2, status_pb2
from individuellplan.plan.v1 import plan_feed_service_pb2, plan_service_pb2, plan_service_pb2_grpc, plan_feed_service_pb2_grpc
from individuellplan.referral.v1 import referral_service_pb2 as referral

SERVICES = ("plan-service", "referral-service", "notification-service")


def ports(suite):
    return {"plan-service": suite.ports.plan, "referral-service": suite.ports.referral,
            "notification-service": suite.ports.notification}


def healthy(channel):
    with channel:
        return channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5) == b"\x08\x01"


def identity(suite, issuer, **claims):
    """The internal token that a process makes for a call to plan-service."""
    key = json.loads((suite.keys / f"internal/{issuer}.jwk").read_text())
    now = int(time.time())
    token = jwt.encode({"iss": issuer, "aud": "plan-service", "iat": now, "exp": now + 60, **claims},
                       ECAlgorithm.from_jwk(json.dumps(key)), "ES256",
                       headers={"kid": key["kid"], "typ": "ip-internal+jwt"})
    return [("x-ip-identity", token)]


def outcome(call, request, metadata):
    """(code, reason)"""
    try:
        call(request, metadata=metadata, timeout=10)
        return "OK", ""
    except grpc.RpcError as error:
        status, info = status_pb2.Status(), error_details_pb2.ErrorInfo()
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                status.ParseFromString(value)
        for detail in status.details:
            detail.Unpack(info)
        return error.code().name, info.reason


@pytest.mark.parametrize("service", SERVICES)
def test_only_whom_the_authority_knows_is_heard(suite, service, tmp_path):
    port = ports(suite)[service]
    assert healthy(suite.channel(port))
    authority = (suite.certificates / "ca.crt").read_bytes()
    suite_of_strangers = type(suite)(tmp_path, suite.ports)
    suite_of_strangers.renew_certificates()
    stranger = [(suite_of_strangers.certificates / f"gateway.{kind}").read_bytes() for kind in ("key", "crt")]
    for credentials in (None, grpc.ssl_channel_credentials(authority),
                        grpc.ssl_channel_credentials(authority, *stranger)):
        address = f"127.0.0.1:{port}"
        channel = grpc.secure_channel(address, credentials) if credentials else grpc.insecure_channel(address)
        with pytest.raises(grpc.RpcError) as refused:
            healthy(channel)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_process_calls_what_its_list_names_and_with_its_own_tokens(suite):
    service = {"role": "SERVICE"}
    with suite.channel(suite.ports.plan, "notification-service") as channel:
        plan = plan_service_pb2_grpc.PlanServiceStub(channel)
        feed = plan_feed_service_pb2_grpc.PlanFeedServiceStub(channel)
        own = identity(suite, "notification-service", **service)
        asked = plan_feed_service_pb2.GetMandateRequest(representative="persons/a", represented="persons/b")
        assert outcome(feed.GetMandate, asked, own) == ("OK", "")
        # CreatePlan is referral-service's; the method rule alone would let every service in.
        assert outcome(plan.CreatePlan, plan_service_pb2.CreatePlanRequest(), own) == ("PERMISSION_DENIED", "PEER_NOT_ALLOWED")
        stolen = identity(suite, "gateway", role="CITIZEN", sub="persons/a")
        assert outcome(plan.ListPlans, plan_service_pb2.ListPlansRequest(), stolen) == ("UNAUTHENTICATED", "UNAUTHENTICATED")


def served_serial(suite, port):
    """The serial number of the certificate that a service shows."""
    context = ssl.create_default_context(cafile=suite.certificates / "ca.crt")
    context.load_cert_chain(suite.certificates / "gateway.crt", suite.certificates / "gateway.key")
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
        with context.wrap_socket(raw, server_hostname="127.0.0.1") as tls:
            return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)).serial_number


def test_new_certificates_are_taken_up_without_a_restart_or_a_failed_call(suite, gateway):
    before = {name: (suite.processes[name].popen.pid, served_serial(suite, port)) for name, port in ports(suite).items()}
    journal, done, failures, calls = gateway.system("fjordvik-journal").referral, threading.Event(), [], 0

    def keep_calling():
        nonlocal calls
        while not done.is_set():
            try:
                journal.ListMyNotices(referral.ListMyNoticesRequest(page_size=1))
                calls += 1
            except Exception as failure:  # noqa: BLE001  (whatever it was, it must not be)
                failures.append(failure)
            done.wait(0.02)

    caller = threading.Thread(target=keep_calling)
    caller.start()
    try:
        suite.renew_certificates()
        deadline = time.monotonic() + 30
        for name, port in ports(suite).items():
            wanted = x509.load_pem_x509_certificate((suite.certificates / f"{name}.crt").read_bytes()).serial_number
            assert wanted != before[name][1]
            while served_serial(suite, port) != wanted:
                assert time.monotonic() < deadline, f"{name} still shows its old certificate"
                time.sleep(0.1)
    finally:
        done.set()
        caller.join()
    assert not failures and calls > 0
    assert all(suite.processes[name].popen.pid == pid and suite.processes[name].running()
               for name, (pid, _) in before.items())
