"""Whole flows against a running provider; tokens are verified with its JWKS."""

import base64
import hashlib
import http.server
import json
import os
import pathlib
import secrets
import subprocess
import sys
import threading
import time
import urllib.parse

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "lib"))
import idp_login  # noqa: E402

EXAMPLE = HERE / "persons.example.json"
CLIENT = "individuellplan-gateway"


class Callback(http.server.BaseHTTPRequestHandler):
    """Stands where the gateway would take the code."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


def start(*flags, **env):
    return subprocess.Popen(
        [HERE / "idp", *map(str, flags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    data = tmp_path_factory.mktemp("idp")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    callback = f"http://127.0.0.1:{server.server_address[1]}/callback"
    process = start(
        "--persons", EXAMPLE, "--data", data,
        "--redirect_uri", callback, "--post_logout_redirect_uri", callback,
    )  # fmt: skip
    ready = json.loads(process.stdout.readline())
    yield {**ready, "data": data, "callback": callback}
    process.kill()
    process.wait()
    server.shutdown()


def discover(idp, kind):
    issuer = idp[kind]["issuer"]
    found = requests.get(issuer + "/.well-known/openid-configuration").json()
    assert found["issuer"] == issuer
    return found


def verified(discovery, token, audience, alg):
    key = jwt.PyJWKClient(discovery["jwks_uri"]).get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, [alg], audience=audience, issuer=discovery["issuer"])


def number(login):
    persons = json.loads(EXAMPLE.read_text())["persons"]
    return next(p["national_id"] for p in persons if p["login"] == login)


def secret(idp, client):
    return (idp["data"] / f"{client}.secret").read_text().strip()


def log_in(idp, kind, login, session=None, **more):
    """A whole code flow as the gateway does it: (session, id token, nonce)."""
    discovery = discover(idp, kind)
    verifier, nonce, state = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    query = {
        "client_id": CLIENT,
        "redirect_uri": idp["callback"],
        "response_type": "code",
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
        **more,
    }
    session = session or idp_login.browser()
    url = discovery["authorization_endpoint"] + "?" + urllib.parse.urlencode(query)
    answer = idp_login.log_in(session, url, login)
    back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.url).query))
    assert back["state"] == state and back["iss"] == discovery["issuer"]
    tokens = requests.post(
        discovery["token_endpoint"],
        auth=(CLIENT, secret(idp, CLIENT)),
        data={
            "grant_type": "authorization_code",
            "code": back["code"],
            "redirect_uri": idp["callback"],
            "code_verifier": verifier,
        },
    )
    assert tokens.status_code == 200, tokens.text
    return session, tokens.json()["id_token"], nonce


def test_citizen_logs_in_at_idporten(idp):
    session, token, nonce = log_in(idp, "idporten", "kari", acr_values="idporten-loa-high")
    claims = verified(discover(idp, "idporten"), token, CLIENT, "RS256")
    assert claims["pid"] == number("kari")
    assert claims["acr"] == "idporten-loa-high"
    assert claims["nonce"] == nonce
    assert claims["name"] == "Kari Nordli"
    assert claims["auth_time"] <= claims["iat"]

    logout = session.get(
        discover(idp, "idporten")["end_session_endpoint"],
        params={"id_token_hint": token, "post_logout_redirect_uri": idp["callback"]},
    )
    assert logout.status_code == 200 and "Logg ut" in logout.text
    assert idp_login.confirm_logout(session, logout).url == idp["callback"]
    _, again, _ = log_in(idp, "idporten", "ola", session)
    assert jwt.decode(again, options={"verify_signature": False})["pid"] == number("ola")


def test_professional_logs_in_at_helseid(idp):
    _, token, _ = log_in(idp, "helseid", "gunnar")
    claims = verified(discover(idp, "helseid"), token, CLIENT, "ES256")
    assert claims["helseid://claims/identity/pid"] == number("gunnar")
    assert claims["helseid://claims/identity/security_level"] == "4"
    assert claims["helseid://claims/client/claims/orgnr_parent"] == "999990001"
    assert claims["roles"] == ["UNIT_LEADER", "CASE_WORKER"]
    assert claims["municipality_code"] == "4699"
    assert "helseid://claims/hpr/hpr_number" not in claims
    _, token, _ = log_in(idp, "helseid", "jonas")
    claims = verified(discover(idp, "helseid"), token, CLIENT, "ES256")
    assert claims["helseid://claims/hpr/hpr_number"] == "9990012"


def test_login_at_a_lower_level_can_be_tried(idp):
    session = idp_login.browser()
    post = session.post
    session.post = lambda url, data: post(url, data={**data, "acr": "idporten-loa-substantial"})
    _, token, _ = log_in(idp, "idporten", "kari", session)
    assert jwt.decode(token, options={"verify_signature": False})["acr"] == "idporten-loa-substantial"


def test_second_login_is_silent_and_step_up_asks_again(idp):
    session, first, _ = log_in(idp, "idporten", "kari")
    _, second, _ = log_in(idp, "idporten", "nobody is asked", session)
    assert jwt.decode(second, options={"verify_signature": False})["pid"] == number("kari")
    # prompt=login shows the page again, where another person may be chosen.
    _, third, _ = log_in(idp, "idporten", "ola", session, prompt="login")
    assert jwt.decode(third, options={"verify_signature": False})["pid"] == number("ola")


def test_both_issuers_in_one_browser(idp):
    session, _, _ = log_in(idp, "idporten", "kari")
    log_in(idp, "helseid", "amina", session)
    _, token, _ = log_in(idp, "idporten", "still kari", session)
    assert jwt.decode(token, options={"verify_signature": False})["pid"] == number("kari")


def test_page_offers_the_right_persons(idp):
    discovery = discover(idp, "idporten")
    query = {"client_id": CLIENT, "redirect_uri": idp["callback"], "response_type": "code",
             "scope": "openid", "code_challenge": "x" * 43, "code_challenge_method": "S256"}  # fmt: skip
    session = idp_login.browser()
    page = session.get(discovery["authorization_endpoint"], params=query)
    assert '<html lang="nb">' in page.text and "Velg testbruker" in page.text
    assert 'value="kari"' in page.text and 'value="jonas"' not in page.text
    assert number("kari") not in page.text
    assert session.post(page.url, data={"login": "jonas"}).status_code == 400


def test_pkce_is_demanded(idp):
    discovery = discover(idp, "idporten")
    query = {"client_id": CLIENT, "redirect_uri": idp["callback"], "response_type": "code", "scope": "openid"}
    answer = requests.get(discovery["authorization_endpoint"], params=query)
    assert "invalid_request" in answer.url


def test_system_gets_an_access_token(idp):
    discovery = discover(idp, "helseid")
    ask = {"grant_type": "client_credentials", "scope": "individuellplan/notices.write"}
    auth = ("fjordvik-journal", secret(idp, "fjordvik-journal"))
    answer = requests.post(discovery["token_endpoint"], auth=auth, data=ask)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = verified(discovery, token, "urn:individuellplan", "ES256")
    assert claims["scope"] == "individuellplan/notices.write"
    assert claims["client_id"] == "fjordvik-journal"
    assert claims["helseid://claims/client/claims/orgnr_parent"] == "999990002"

    ask["scope"] = "individuellplan/plans.read"  # not among the system's scopes
    assert requests.post(discovery["token_endpoint"], auth=auth, data=ask).status_code == 400
    ask["scope"] = "individuellplan/notices.write"
    wrong = requests.post(discovery["token_endpoint"], auth=(auth[0], "wrong"), data=ask)
    assert wrong.status_code == 401


def test_gateway_may_use_a_key_instead_of_a_secret(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.private_numbers()
    parts = {"d": numbers.private_value, "x": numbers.public_numbers.x, "y": numbers.public_numbers.y}
    encode = lambda n: base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode()  # noqa: E731
    jwk = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "g", "iss": "gateway"}
    (tmp_path / "client.jwk").write_text(json.dumps(jwk | {k: encode(v) for k, v in parts.items()}))
    process = start("--persons", EXAMPLE, "--data", tmp_path, "--gateway_key", tmp_path / "client.jwk")
    try:
        discovery = discover(json.loads(process.stdout.readline()), "helseid")
        now = int(time.time())
        assertion = {"iss": CLIENT, "sub": CLIENT, "aud": discovery["issuer"], "jti": secrets.token_hex(),
                     "iat": now, "exp": now + 30}  # fmt: skip
        ask = {
            "grant_type": "authorization_code",
            "code": "unknown",
            "redirect_uri": "http://127.0.0.1/unset",
            "code_verifier": "x" * 43,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode(assertion, key, "ES256", headers={"kid": "g"}),
        }
        # The client is known, only the code is not.
        assert requests.post(discovery["token_endpoint"], data=ask).json()["error"] == "invalid_grant"
        ask["client_assertion"] = jwt.encode(assertion, ec.generate_private_key(ec.SECP256R1()), "ES256")
        assert requests.post(discovery["token_endpoint"], data=ask).json()["error"] == "invalid_client"
    finally:
        process.kill()
        process.wait()


def test_does_not_start_in_production_or_with_a_real_number(tmp_path):
    process = start("--persons", EXAMPLE, "--data", tmp_path, IP_ENV="prod")
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1 and "IP_ENV=prod" in error

    real = tmp_path / "persons.json"
    real.write_text(EXAMPLE.read_text().replace(number("kari"), "21048700000"))
    process = start("--persons", real, "--data", tmp_path)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1 and "kari" in error and "21048700000" not in error
