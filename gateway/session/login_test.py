"""Logins through the real gateway, the local identity provider and a real database, as browsers and as
those who mean harm."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tools.lib import idp_login  # noqa: E402
from tools.suite.database import database  # noqa: E402
from tools.suite.process import wait_for  # noqa: E402
from tools.suite.suite import free_port  # noqa: E402

BIN = pathlib.Path(os.environ["IP_BIN"])
PERSONS = ROOT / "tools/idp/persons.example.json"
GET_PLAN = "/individuellplan.plan.v1.PlanService/GetPlan"
SUBMIT = "/individuellplan.referral.v1.ReferralService/SubmitNotice"
COOKIE = "__Host-ip_session"


class Gateway:
    """`strict`: as HelseID in production demands it, with private_key_jwt and DPoP."""

    def __init__(self, folder, strict=False):
        self.folder = folder
        self.strict = strict
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.running = []

    def start(self):
        keys = self.folder / "keys"
        subprocess.run([BIN / "ip-keys", "init", keys], check=True, stdout=subprocess.DEVNULL)
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text("only-for-this-test")
        self.database = database(self.folder / "db", self.folder / "db.log", buffer_pool="32M")
        self.database.start()
        wait_for(self.database)
        socket = f"--db_socket={self.folder / 'db/s.sock'}"
        subprocess.run(
            [BIN / "ip-migrate", "--schema=ip_gateway", f"--dir={ROOT / 'gateway/migrations'}", "--create",
             "--db_user=root", socket, "--app_user=ip_gateway", f"--app_password_file={password}"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        idp = self._run([
            ROOT / "tools/idp/idp", "--persons", PERSONS, "--data", self.folder / "idp",
            "--public_host", "localhost", "--redirect_uri", f"{self.url}/callback",
            "--backchannel_logout_uri", f"{self.url}/logout/backchannel",
            *(["--gateway_key", self.client_key()] if self.strict else [])], stdout=subprocess.PIPE)
        self.idp = json.loads(idp.stdout.readline())
        self._run([
            BIN / "gateway", f"--listen=127.0.0.1:{self.port}", f"--plan_service=127.0.0.1:{free_port()}",
            f"--referral_service=127.0.0.1:{free_port()}",
            f"--signing_key_file={keys / 'internal/gateway.jwk'}", f"--person_key_file={keys / 'person.key'}",
            f"--session_keys_file={keys / 'session.keys'}",
            f"--public_url={self.url}", socket, "--db_user=ip_gateway", "--db_name=ip_gateway",
            f"--db_password_file={password}", f"--idporten_issuer={self.idp['idporten']['issuer']}",
            f"--helseid_issuer={self.idp['helseid']['issuer']}",
            *([f"--client_key_file={self.client_key()}", "--helseid_dpop"] if self.strict else
              [f"--client_secret_file={self.folder / 'idp/individuellplan-gateway.secret'}"]),
            f"--reference_file={ROOT / 'reference-data/fjordvik.json'}"],
            stderr=open(self.folder / "gateway.log", "w"))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError((self.folder / "gateway.log").read_text())

    def client_key(self):
        file = self.folder / "client.jwk"
        if not file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            numbers = key.private_numbers()
            jwk = {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "client-1",
                   "x": b64(numbers.public_numbers.x.to_bytes(32, "big")),
                   "y": b64(numbers.public_numbers.y.to_bytes(32, "big")),
                   "d": b64(numbers.private_value.to_bytes(32, "big"))}
            file.touch(mode=0o600)
            file.write_text(json.dumps(jwk))
        return file

    def _run(self, command, **streams):
        process = subprocess.Popen(list(map(str, command)), text=True, **streams)
        self.running.append(process)
        return process

    def stop(self):
        for process in reversed(self.running):
            process.terminate()
            assert process.wait(timeout=20) in (0, -15)
        self.database.stop()

    def log(self):
        return (self.folder / "gateway.log").read_text()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("strict"), strict=True)
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.stop()


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def eventually(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def log_in(gateway, provider, login, more=""):
    session = idp_login.browser()
    answer = idp_login.log_in(session, f"{gateway.url}/login?provider={provider}{more}", login)
    return session, answer


def reason(answer):
    return answer.json()["details"][0]["debug"]["reason"]


def call(gateway, session, **headers):
    return session.post(gateway.url + GET_PLAN, json={"name": "plans/x"}, headers=headers)


def number(login):
    return next(p["national_id"] for p in json.loads(PERSONS.read_text())["persons"] if p["login"] == login)


def test_a_citizen_logs_in_and_out(gateway):
    session, answer = log_in(gateway, "idporten", "kari", "&return=/healthz")
    assert answer.url == gateway.url + "/healthz"
    me = session.get(gateway.url + "/session").json()
    assert me["displayName"] == "Kari Nordli" and me["role"] == "CITIZEN" and me["unit"] == ""
    assert me["person"].startswith("persons/")
    # Known, and passed on: the service is not there.
    assert reason(call(gateway, session)) == "BACKEND_UNAVAILABLE"
    out = session.post(gateway.url + "/logout", headers={"x-ip-csrf": "1"})
    assert out.json()["redirect"].startswith(gateway.idp["idporten"]["issuer"])
    assert session.get(gateway.url + "/session").status_code == 401
    assert call(gateway, session).status_code == 401


def test_the_same_person_has_the_same_name_everywhere(gateway):
    names = {log_in(gateway, "idporten", "kari")[0].get(gateway.url + "/session").json()["person"]
             for _ in range(2)}
    assert len(names) == 1


def test_cookies_are_out_of_reach(gateway):
    session, answer = log_in(gateway, "helseid", "siri")
    callback = next(r for r in answer.history if "/callback" in r.url)
    cookie = next(c for c in callback.raw.headers.getlist("set-cookie") if c.startswith(COOKIE))
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    assert callback.headers["cache-control"] == "no-store"


def test_a_professional_chooses_among_roles(gateway):
    session, _ = log_in(gateway, "helseid", "gunnar")
    me = session.get(gateway.url + "/session").json()
    assert me["roles"] == ["UNIT_LEADER", "CASE_WORKER"] and me["role"] == "UNIT_LEADER"
    assert me["organization"] == "organizations/999990001" and me["unit"].startswith("units/")
    before = session.cookies.get_dict()[COOKIE]
    assert session.post(gateway.url + "/session/role", json={"role": "CASE_WORKER"}).ok
    assert session.cookies.get_dict()[COOKIE] != before
    assert session.get(gateway.url + "/session").json()["role"] == "CASE_WORKER"
    old = requests.get(gateway.url + "/session", headers={"cookie": f"{COOKIE}={before}"})
    assert old.status_code == 401
    assert reason(session.post(gateway.url + "/session/role", json={"role": "OPERATOR"})) == "ROLE_NOT_YOURS"
    assert reason(call(gateway, session, **{"x-role": "OPERATOR"})) == "ROLE_NOT_YOURS"
    assert reason(call(gateway, session, **{"x-role": "UNIT_LEADER"})) == "BACKEND_UNAVAILABLE"


def test_other_sites_get_nowhere(gateway):
    session, _ = log_in(gateway, "helseid", "siri")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert reason(call(gateway, session, **headers)) == "CROSS_SITE_REQUEST"
        assert session.post(gateway.url + "/logout", headers={**headers, "x-ip-csrf": "1"}).status_code == 403
    assert reason(session.post(gateway.url + "/logout", data="x=y")) == "CSRF_HEADER_MISSING"
    assert session.post(gateway.url + GET_PLAN, data={"name": "x"}).status_code == 415
    assert session.get(gateway.url + "/logout").status_code == 405
    assert session.get(gateway.url + "/session").ok


@pytest.mark.parametrize("hostile", ["//evil.example", "https://evil.example", "/%5Cevil.example",
                                     "/%0D%0ASet-Cookie:%20a=b", "%2F%2Fevil.example"])
def test_a_login_leads_to_no_other_site(gateway, hostile):
    _, answer = log_in(gateway, "idporten", "kari", f"&return={hostile}")
    assert answer.url == gateway.url + "/"


def test_a_login_belongs_to_the_browser_that_began_it(gateway):
    mine = idp_login.browser()
    page = mine.get(f"{gateway.url}/login?provider=idporten")
    answer = mine.post(page.url, data={"login": "kari"}, allow_redirects=False)
    while "/callback" not in answer.headers["location"]:
        answer = mine.get(answer.headers["location"], allow_redirects=False)
    callback = answer.headers["location"]
    # An attacker's callback address, opened in the victim's browser.
    other = requests.get(callback, allow_redirects=False)
    assert other.status_code == 401 and "LOGIN_EXPIRED" in other.text and COOKIE not in other.headers.get(
        "set-cookie", "")
    done = mine.get(callback, allow_redirects=False)
    assert done.status_code == 303
    again = mine.get(callback, allow_redirects=False)
    assert again.status_code == 401


def test_a_low_level_of_assurance_is_not_enough(gateway):
    session = idp_login.browser()
    page = session.get(f"{gateway.url}/login?provider=idporten")
    answer = session.post(page.url, data={"login": "kari", "acr": "idporten-loa-substantial"})
    assert answer.status_code == 401 and "LOGIN_LEVEL_TOO_LOW" in answer.text
    assert session.get(gateway.url + "/session").status_code == 401


def test_what_is_asked_of_the_provider_does_not_pass_through_the_browser(gateway):
    for provider in ("idporten", "helseid"):
        answer = requests.get(f"{gateway.url}/login?provider={provider}", allow_redirects=False)
        where = answer.headers["location"]
        assert "request_uri=urn" in where and "client_id=" in where
        for word in ("state=", "nonce=", "redirect_uri=", "code_challenge=", "scope="):
            assert word not in where


def test_an_answer_that_does_not_name_its_issuer_is_refused(gateway):
    for issuer in ("", "https://evil.example"):
        mine = idp_login.browser()
        page = mine.get(f"{gateway.url}/login?provider=idporten")
        answer = mine.post(page.url, data={"login": "kari"}, allow_redirects=False)
        while "/callback" not in answer.headers["location"]:
            answer = mine.get(answer.headers["location"], allow_redirects=False)
        callback, query = answer.headers["location"].split("?")
        kept = "&".join(p for p in query.split("&") if not p.startswith("iss="))
        done = mine.get(f"{callback}?{kept}" + (f"&iss={issuer}" if issuer else ""), allow_redirects=False)
        assert done.status_code == 401 and "LOGIN_REFUSED" in done.text


def test_a_logout_at_the_provider_ends_the_session_here(gateway):
    session, _ = log_in(gateway, "idporten", "kari")
    elsewhere, _ = log_in(gateway, "idporten", "kari")
    assert session.get(gateway.url + "/session").ok
    page = session.get(gateway.idp["idporten"]["issuer"] + "/logout")
    idp_login.confirm_logout(session, page)
    eventually(lambda: session.get(gateway.url + "/session").status_code == 401)
    assert elsewhere.get(gateway.url + "/session").ok, "another login of the same person"


def test_nobody_else_can_log_people_out(gateway):
    session, _ = log_in(gateway, "idporten", "kari")
    for token in ("", "nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJrYXJpIn0."):
        answer = requests.post(gateway.url + "/logout/backchannel", data={"logout_token": token})
        assert answer.status_code == 400 and reason(answer) == "TOKEN_INVALID"
    issuer = gateway.idp["idporten"]["issuer"]
    for query in ("", f"?iss={issuer}", "?sid=abc", "?iss=https://evil.example&sid=abc"):
        assert requests.get(gateway.url + "/logout/frontchannel" + query).status_code == 400
    guessed = requests.get(f"{gateway.url}/logout/frontchannel?iss={issuer}&sid=guessed")
    assert guessed.ok and f"frame-ancestors {issuer}" in guessed.headers["content-security-policy"]
    assert session.get(gateway.url + "/session").ok


def test_we_prove_who_we_are_with_our_key_where_that_is_demanded(strict):
    for provider, login in (("idporten", "kari"), ("helseid", "siri")):
        session, answer = log_in(strict, provider, login)
        assert session.get(strict.url + "/session").ok, answer.text


def test_a_token_that_is_bound_to_no_key_is_refused_where_that_is_demanded(strict):
    endpoint = requests.get(strict.idp["helseid"]["issuer"] + "/.well-known/openid-configuration").json()
    secret = (strict.folder / "idp/fjordvik-journal.secret").read_text().strip()
    token = requests.post(endpoint["token_endpoint"], auth=("fjordvik-journal", secret), data={
        "grant_type": "client_credentials", "scope": "individuellplan/notices.write"}).json()["access_token"]
    answer = requests.post(strict.url + GET_PLAN, json={}, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 401 and reason(answer) == "DPOP_INVALID"


def test_a_system_calls_with_its_token(gateway):
    endpoint = requests.get(gateway.idp["helseid"]["issuer"] + "/.well-known/openid-configuration").json()
    secret = (gateway.folder / "idp/fjordvik-journal.secret").read_text().strip()
    token = requests.post(endpoint["token_endpoint"], auth=("fjordvik-journal", secret), data={
        "grant_type": "client_credentials", "scope": "individuellplan/notices.write"}).json()["access_token"]

    def bearer(value, **headers):
        return requests.post(gateway.url + SUBMIT, json={},
                             headers={"authorization": f"Bearer {value}", **headers})

    for _ in range(2):  # verified, then remembered
        assert reason(bearer(token)) == "BACKEND_UNAVAILABLE"
        beyond = requests.post(gateway.url + GET_PLAN, json={}, headers={"authorization": f"Bearer {token}"})
        assert beyond.status_code == 403 and reason(beyond) == "SCOPE_MISSING"
    assert reason(bearer(token, **{"x-role": "SERVICE"})) == "ROLE_NOT_YOURS"
    assert reason(bearer(token[:-4] + "AAAA")) == "TOKEN_INVALID"
    assert reason(bearer("nonsense")) == "TOKEN_INVALID"
    assert reason(bearer(token, **{"x-purpose-of-use": "x" * 65})) == "PURPOSE_INVALID"


def test_nobody_is_in_the_log(gateway):
    log = gateway.log()
    for login in ("kari", "siri", "gunnar"):
        assert number(login) not in log
    for word in ("Nordli", "Dahle", COOKIE, "eyJ"):
        assert word not in log
