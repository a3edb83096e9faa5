"""An access token opens what its scopes name and nothing else: every RPC, with a token that has all scopes but
the RPC's own, and with one that has that one alone."""

import grpc
import pytest
import requests

from tools.lib import generated  # noqa: F401

from google.rpc import error_details_pb2, status_pb2
from individuellplan.type.v1 import access_pb2

from tests.e2e import everyone
from tests.e2e.forge import Forge


def word(scope):
    return "individuellplan/" + access_pb2.Scope.Name(scope).lower().replace("_", ".")


ALL = {word(scope) for scope in access_pb2.Scope.values() if scope != access_pb2.SCOPE_UNSPECIFIED}


@pytest.fixture(scope="module")
def ask(suite):
    """ask(path, method, scopes): (code, reason, the scope that is missed) for a system with such a token."""
    forge = Forge(suite)

    def over_http(path, token):
        answer = requests.post(f"{suite.url}/{path}", json={}, timeout=20, headers={"authorization": token})
        if answer.ok:
            return "ok", "", ""
        body = answer.json()
        info = body.get("details", [{}])[0].get("debug", {})
        return body["code"], info.get("reason", ""), info.get("metadata", {}).get("scope", "")

    def over_grpc(path, token):
        with grpc.insecure_channel(suite.gateway_address) as channel:
            call = channel.stream_stream(f"/{path}")(iter([b""]), metadata=[("authorization", token)], timeout=1)
            try:
                list(call)
                return "ok", "", ""
            except grpc.RpcError as error:
                failed = error
        status, info = status_pb2.Status(), error_details_pb2.ErrorInfo()
        for key, value in failed.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                status.ParseFromString(value)
        for detail in status.details:
            detail.Unpack(info)
        return failed.code().name.lower(), info.reason, info.metadata.get("scope", "")

    return lambda path, method, scopes: (over_grpc if everyone.is_stream(method) else over_http)(
        path, f"Bearer {forge.token(scope=' '.join(sorted(scopes)))}")


def public():
    return [(path, method, word(rule.scope)) for path, method, rule in everyone.rpcs()
            if set(rule.roles) - {access_pb2.SERVICE}]


def test_every_rpc_names_a_scope_and_every_scope_an_rpc():
    assert {scope for _, _, scope in public()} == ALL


def test_a_token_without_the_scope_is_refused_and_told_which(ask):
    wrong = []
    for path, method, scope in public():
        got = ask(path, method, ALL - {scope} | {"openid"})
        if got != ("permission_denied", "SCOPE_MISSING", scope):
            wrong.append(f"{path}: {got} instead of the lack of {scope}")
    assert not wrong, "\n".join(wrong)


def test_the_scope_alone_is_enough_to_be_asked_for_the_role(ask):
    asked = {path: ask(path, method, {scope})[1] for path, method, scope in public()}
    assert not [path for path, reason in asked.items() if reason == "SCOPE_MISSING"]
    assert [path for path, reason in asked.items() if reason == "ROLE_NOT_ALLOWED"]


def test_scopes_that_only_look_alike_open_nothing(ask):
    path, method, scope = next(rpc for rpc in public() if rpc[1].name == "ListMyNotices")
    for other in ("", "notices.read", scope.upper(), scope + ".all", "individuellplan/notices", f"{scope},openid"):
        assert ask(path, method, {other})[1] == "SCOPE_MISSING", other
