"""Tokens that somebody made up, stole or bent, at the real gateway over HTTP and gRPC: all refused, each
logged once, none in the log."""

import hashlib
import hmac
import json
import time
import uuid

import grpc
import pytest
import requests

from tests.e2e.forge import Forge, Key, b64

UNITS = "individuellplan.referral.v1.ReferralService/ListUnits"


@pytest.fixture(scope="module")
def forge(suite):
    return Forge(suite)


def call(suite, authorization, **headers):
    """(HTTP status, reason, correlation id)"""
    # Letters alone: the log masks runs of digits that could be somebody's number.
    mark = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
    answer = requests.post(f"{suite.url}/{UNITS}", json={}, timeout=10, headers={
        "authorization": authorization, "x-correlation-id": mark, **headers})
    details = answer.json().get("details", [{}])
    return answer.status_code, details[0].get("debug", {}).get("reason", ""), mark


def lines_about(suite, mark):
    """The log lines of one call, once there are any."""
    deadline = time.monotonic() + 5
    while True:
        log = (suite.folder / "logs/gateway.log").read_text()
        found = [json.loads(line) for line in log.splitlines() if mark in line and line.endswith("}")]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def hostile(forge):
    """(what, authorization header, reason)"""
    good = forge.token()
    head, body, signature = good.split(".")
    stranger = Key()
    public = json.dumps({**forge.key.jwk}).encode()
    hs = f"{b64(json.dumps({**forge.header, 'alg': 'HS256'}).encode())}.{body}"
    rs = forge.token(header={"alg": "RS256"})
    twice = json.dumps(forge.claims)[:-1] + ', "aud": "urn:individuellplan"}'
    bad = [
        ("alg none", f"{b64(json.dumps({**forge.header, 'alg': 'none'}).encode())}.{body}."),
        ("alg none with the signature", f"{b64(json.dumps({**forge.header, 'alg': 'none'}).encode())}.{body}.{signature}"),
        ("HS256 with the public key", f"{hs}.{b64(hmac.new(public, hs.encode(), 'sha256').digest())}"),
        ("RS256 over an ES256 key", rs),
        ("typ JWT", forge.token(header={"typ": "JWT"})),
        ("typ dpop+jwt", forge.token(header={"typ": "dpop+jwt"})),
        ("no typ", forge.key.sign({"alg": "ES256", "kid": forge.kid}, forge.claims)),
        ("another issuer", forge.token(iss="https://evil.example")),
        ("the other issuer's name", forge.token(iss=forge.other_issuer)),
        ("unknown kid", forge.token(header={"kid": "unknown"})),
        ("kid as path", forge.token(header={"kid": "../../etc/passwd"})),
        ("no kid", forge.key.sign({"alg": "ES256", "typ": "at+jwt"}, forge.claims)),
        ("a stranger's key", forge.token(key=stranger)),
        ("a stranger's key, sent along", forge.token(header={"jwk": stranger.jwk}, key=stranger)),
        ("a stranger's key, to be fetched", forge.token(header={"jku": "https://evil.example/jwks"}, key=stranger)),
        ("changed claims", f"{head}.{b64(json.dumps({**forge.claims, 'sub': 'other'}).encode())}.{signature}"),
        ("not yet", forge.token(nbf=forge.now + 300)),
        ("issued in the future", forge.token(iat=forge.now + 300)),
        ("no iat", forge.token(iat=None)),
        ("duplicate claims", forge.key.sign(forge.header, twice)),
        ("unknown crit", forge.token(header={"crit": ["x"], "x": 1})),
        ("b64", forge.token(header={"b64": False})),
        ("oversized", forge.token(padding="x" * 9000)),
        ("deep", forge.key.sign(forge.header, json.dumps(forge.claims)[:-1] + ', "a": ' + "[" * 500 + "]" * 500 + "}")),
        ("claims that are a list", forge.key.sign(forge.header, "[]")),
        ("two parts", f"{head}.{body}"),
        ("five parts", f"{good}.a.b"),
        ("padded", f"{good}="),
        ("bound by mTLS", forge.token(cnf={"x5t#S256": "abc"})),
        ("nothing of a token", "nonsense"),
    ]
    cases = [(what, f"Bearer {token}", "TOKEN_INVALID") for what, token in bad]
    return cases + [
        ("another audience", f"Bearer {forge.token(aud='urn:other')}", "TOKEN_WRONG_AUDIENCE"),
        ("no audience", f"Bearer {forge.token(aud=None)}", "TOKEN_WRONG_AUDIENCE"),
        ("expired", f"Bearer {forge.token(exp=forge.now - 60)}", "TOKEN_EXPIRED"),
        ("no exp", f"Bearer {forge.token(exp=None)}", "TOKEN_EXPIRED"),
        ("bound to a key, as bearer", f"Bearer {forge.token(cnf={'jkt': forge.key.thumbprint()})}", "DPOP_INVALID"),
        ("unbound, as DPoP", f"DPoP {good}", "DPOP_INVALID"),
        ("another scheme", f"Basic {good}", "TOKEN_MISSING"),
        ("an empty token", "Bearer ", "TOKEN_MISSING"),
    ]


def test_the_forge_can_make_good_tokens(suite, forge):
    assert call(suite, f"Bearer {forge.token()}")[0] == 200


def test_hostile_tokens_are_refused_and_each_is_logged_once(suite, forge):
    wrong = []
    for what, authorization, reason in hostile(forge):
        status, got, mark = call(suite, authorization)
        logged = lines_about(suite, mark)
        if (status, got) != (401, reason):
            wrong.append(f"{what}: {status} {got} instead of {reason}")
        elif [line["reason"] for line in logged] != [reason]:
            wrong.append(f"{what}: logged {len(logged)} times")
    assert not wrong, "\n".join(wrong)
    log = (suite.folder / "logs/gateway.log").read_text()
    assert forge.token()[:40] not in log and "fjordvik-journal" not in log


def test_grpc_refuses_the_same(suite, forge):
    with grpc.insecure_channel(suite.gateway_address) as channel:
        ask = channel.unary_unary(f"/{UNITS}")
        for what, authorization, _ in hostile(forge):
            if len(authorization) > 8000:
                continue  # above what a header may be
            with pytest.raises(grpc.RpcError) as refused:
                ask(b"", metadata=[("authorization", authorization)], timeout=10)
            assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED, what
        assert ask(b"", metadata=[("authorization", f"Bearer {forge.token()}")], timeout=10)


class Bound:
    """A client whose token is bound to its key (DPoP)."""

    def __init__(self, suite, forge):
        self.url = f"{suite.url}/{UNITS}"
        self.key = Key()
        self.token = forge.token(cnf={"jkt": self.key.thumbprint()})

    def proof(self, header=None, key=None, **claims):
        made = {"htm": "POST", "htu": self.url, "iat": int(time.time()), "jti": str(uuid.uuid4()),
                "ath": b64(hashlib.sha256(self.token.encode()).digest()), **claims}
        made = {name: value for name, value in made.items() if value is not None}
        return (key or self.key).sign({"alg": "ES256", "typ": "dpop+jwt", "jwk": self.key.jwk, **(header or {})}, made)


def test_proofs_of_possession(suite, forge):
    bound, other = Bound(suite, forge), Key()
    authorization = f"DPoP {bound.token}"
    good = bound.proof()
    assert call(suite, authorization, dpop=good)[0] == 200
    cases = [
        ("replayed", good, "DPOP_REPLAYED"),
        ("none", None, "DPOP_INVALID"),
        ("wrong ath", bound.proof(ath=b64(b"x" * 32)), "DPOP_INVALID"),
        ("no ath", bound.proof(ath=None), "DPOP_INVALID"),
        ("wrong htu", bound.proof(htu=bound.url + "s"), "DPOP_INVALID"),
        ("another host's htu", bound.proof(htu=f"https://evil.example/{UNITS}"), "DPOP_INVALID"),
        ("wrong htm", bound.proof(htm="GET"), "DPOP_INVALID"),
        ("too old", bound.proof(iat=int(time.time()) - 120), "DPOP_INVALID"),
        ("from the future", bound.proof(iat=int(time.time()) + 120), "DPOP_INVALID"),
        ("no jti", bound.proof(jti=None), "DPOP_INVALID"),
        ("typ", bound.proof(header={"typ": "JWT"}), "DPOP_INVALID"),
        ("another key", bound.proof(header={"jwk": other.jwk}, key=other), "DPOP_INVALID"),
        ("another key behind the right one", bound.proof(key=other), "DPOP_INVALID"),
        ("the token as proof", bound.token, "DPOP_INVALID"),
    ]
    wrong = []
    for what, proof, reason in cases:
        status, got, mark = call(suite, authorization, **({"dpop": proof} if proof else {}))
        logged = [line["reason"] for line in lines_about(suite, mark)]
        if (status, got, logged) != (401, reason, [reason]):
            wrong.append(f"{what}: {status} {got}, logged {logged}")
    assert not wrong, "\n".join(wrong)
