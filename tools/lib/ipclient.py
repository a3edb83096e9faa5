"""A client of the suite for seed data and tests: logs demo persons in at the local identity provider and
calls the gateway as they would.

    gateway = Gateway("127.0.0.1:8080", persons, helseid="http://localhost:8082", secrets=".run/idp")
    eva = gateway.person("eva")                    # native gRPC with a token from HelseID
    ola = gateway.person("ola")                    # as a browser: cookie session, Connect protocol
    journal = gateway.system("fjordvik-journal")   # native gRPC with client credentials
    notice = eva.referral.CreateNotice(request)

Every failed call raises CallFailed with code and reason. UNAVAILABLE is tried again, up to four times.
"""

import base64
import hashlib
import json
import pathlib
import secrets as random
import struct
import time
import urllib.parse
import uuid

import grpc
import requests

from tools.lib import generated, idp_login  # noqa: F401  (generated makes the imports below work)

from google.protobuf import symbol_database
from google.rpc import error_details_pb2, status_pb2
from individuellplan.notification.v1 import notification_service_pb2
from individuellplan.plan.v1 import access_service_pb2, plan_service_pb2
from individuellplan.referral.v1 import referral_service_pb2

SERVICES = {
    "plan": plan_service_pb2.DESCRIPTOR.services_by_name["PlanService"],
    "access": access_service_pb2.DESCRIPTOR.services_by_name["AccessService"],
    "referral": referral_service_pb2.DESCRIPTOR.services_by_name["ReferralService"],
    "notification": notification_service_pb2.DESCRIPTOR.services_by_name["NotificationService"],
}
TIMEOUT = 15  # seconds, each call
ATTEMPTS = 5
FRESH = 240  # seconds; step-up rules demand a login within the last five minutes

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "client.individuellplan.example")


def request_id(*words):
    """The same words give the same id, so that a repeated run repeats the same calls."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, words))))


class CallFailed(Exception):
    """A call that was refused or got no answer."""

    def __init__(self, method, code, message, details=()):
        self.method, self.code, self.message = method, code, message
        self.reason, self.violations = "", []
        for detail in details:
            info = error_details_pb2.ErrorInfo()
            if detail.Is(info.DESCRIPTOR):
                detail.Unpack(info)
                self.reason = info.reason
            for kind, field in ((error_details_pb2.BadRequest, "field_violations"),
                                (error_details_pb2.PreconditionFailure, "violations")):
                if detail.Is(kind.DESCRIPTOR):
                    found = kind()
                    detail.Unpack(found)
                    self.violations += [
                        f"{getattr(v, 'field', '') or getattr(v, 'subject', '')}: {v.description}"
                        for v in getattr(found, field)]
        super().__init__(str(self))

    def __str__(self):
        lines = [f"{self.method}: {self.code}{' / ' + self.reason if self.reason else ''}: {self.message}"]
        return "\n    ".join(lines + self.violations)


def _message_class(descriptor):
    return symbol_database.Default().GetPrototype(descriptor)


class _Stub:
    """One service; its methods take a request message and return the answer."""

    def __init__(self, caller, service):
        for method in service.methods:
            path = f"{service.full_name}/{method.name}"
            setattr(self, method.name, caller.method(path, _message_class(method.output_type)))


class Caller:
    """Somebody who calls: `plan`, `access`, `referral` and `notification` are the stubs."""

    def __init__(self, role):
        self.role = role
        self._since = None
        for name, service in SERVICES.items():
            setattr(self, name, _Stub(self, service))

    def _be_fresh(self):
        """Logged in, and so lately that step-up rules are content."""
        if self._since is None or time.monotonic() - self._since > FRESH:
            self.log_in()
            self._since = time.monotonic()

    def method(self, path, response_class):
        def call(request):
            self._be_fresh()
            for attempt in range(ATTEMPTS):
                try:
                    return self._call(path, request, response_class)
                except CallFailed as failure:
                    if failure.code != "UNAVAILABLE" or attempt + 1 == ATTEMPTS:
                        raise
                    time.sleep(0.1 * 2**attempt)

        return call


def _grpc_error(path, error):
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status.ParseFromString(value)
    return CallFailed(path.split(".")[-1], error.code().name, error.details(), status.details)


class GrpcCaller(Caller):
    """Native gRPC with an access token, as journal systems call."""

    def __init__(self, channel, get_token, role=""):
        super().__init__(role)
        self._channel = channel
        self._get_token = get_token
        self._metadata = []

    def log_in(self):
        self._metadata = [("authorization", f"Bearer {self._get_token()}")]
        if self.role:
            self._metadata.append(("x-role", self.role))

    def _call(self, path, request, response_class):
        call = self._channel.unary_unary(
            "/" + path, type(request).SerializeToString, response_class.FromString)
        try:
            return call(request, timeout=TIMEOUT, metadata=self._metadata)
        except grpc.RpcError as error:
            raise _grpc_error(path, error) from None

    def stream(self, path, request, response_class, seconds=TIMEOUT):
        """The answers of a stream that is sent one message. Raises CallFailed as soon as it ends badly."""
        self._be_fresh()
        call = self._channel.stream_stream(
            "/" + path, type(request).SerializeToString, response_class.FromString)
        try:
            yield from call(iter([request]), timeout=seconds, metadata=self._metadata)
        except grpc.RpcError as error:
            raise _grpc_error(path, error) from None

    def submit(self, items):
        """Sends a batch of notices (CreateNoticeRequest) in one stream; the results, in their order."""
        self.log_in()
        exchange = self._channel.stream_stream(
            "/individuellplan.referral.v1.ReferralService/SubmitNotices",
            referral_service_pb2.CreateNoticeRequest.SerializeToString,
            referral_service_pb2.SubmitNoticesResponse.FromString)
        return list(exchange(iter(items), timeout=60, metadata=self._metadata))


class BrowserCaller(Caller):
    """The Connect protocol with the session cookie of a login, as the web application calls."""

    def __init__(self, url, provider, login, role="", acting_for=""):
        super().__init__(role)
        self._url, self._provider, self._login = url, provider, login
        self._acting_for = acting_for
        self._session = None

    def log_in(self):
        self._session = idp_login.browser()
        idp_login.log_in(self._session, f"{self._url}/login?provider={self._provider}", self._login)
        if self.role and self._provider == "helseid":
            self._session.post(f"{self._url}/session/role", json={"role": self.role},
                               headers={"x-ip-csrf": "1", "origin": self._url}, timeout=TIMEOUT)

    def open(self, url):
        """Follows a link as a browser would; the last response."""
        self._be_fresh()
        return self._session.get(url, timeout=TIMEOUT)

    def post(self, path, body, content_type, seconds=TIMEOUT):
        """One request of the Connect protocol; the HTTP answer."""
        self._be_fresh()
        headers = {"content-type": content_type, "connect-protocol-version": "1",
                   "connect-timeout-ms": str(int(seconds * 1000)), "x-ip-csrf": "1", "origin": self._url}
        if self.role:
            headers["x-role"] = self.role
        if self._acting_for:
            headers["x-acting-for"] = self._acting_for
        return self._session.post(f"{self._url}/{path}", body, headers=headers, timeout=seconds + 1)

    def _call(self, path, request, response_class):
        name = path.split(".")[-1]
        try:
            answer = self.post(path, request.SerializeToString(), "application/proto")
        except requests.RequestException as error:
            raise CallFailed(name, "UNAVAILABLE", f"no answer from the gateway: {error}") from None
        if answer.ok:
            return response_class.FromString(answer.content)
        raise _connect_error(name, answer)

    def stream(self, path, request, response_class, seconds=TIMEOUT):
        """As GrpcCaller's."""
        name, message = path.split(".")[-1], request.SerializeToString()
        answer = self.post(path, struct.pack(">BI", 0, len(message)) + message, "application/connect+proto", seconds)
        if not answer.ok:
            raise _connect_error(name, answer)
        data = answer.content
        while data:
            flags, size = struct.unpack_from(">BI", data)
            part, data = data[5:5 + size], data[5 + size:]
            if flags & 2:  # the end, with the status
                error = json.loads(part).get("error")
                if error:
                    raise _failure(name, error)
                return
            yield response_class.FromString(part)


def _connect_error(name, answer):
    try:
        return _failure(name, answer.json())
    except ValueError:
        return CallFailed(name, "UNKNOWN", f"HTTP {answer.status_code}: {answer.text[:200]}")


def _failure(name, body):
    details = []
    for detail in body.get("details", []):
        any_ = status_pb2.Status().details.add()
        any_.type_url = "type.googleapis.com/" + detail["type"]
        any_.value = base64.b64decode(detail["value"] + "=" * (-len(detail["value"]) % 4))
        details.append(any_)
    return CallFailed(name, body.get("code", "unknown").upper(), body.get("message", ""), details)


class Gateway:
    """The gateway at `address` and the local HelseID at `helseid`; `secrets` is the identity provider's
    data folder, where the systems' secrets lie; `desk` the system that professionals log in through."""

    def __init__(self, address, persons, helseid="", secrets="", desk="fjordvik-fagsystem"):
        self.url = f"http://{address.replace('127.0.0.1', 'localhost')}"
        self.channel = grpc.insecure_channel(address)
        self.persons = persons
        self._helseid, self._secrets, self._desk = helseid, secrets, desk
        self._endpoints = None
        self._callers = {}

    def person(self, login, role="", browser=None, acting_for=""):
        """Citizens come as browsers do, and may act for "persons/…"; professionals with a token, unless
        `browser` is True."""
        person = self.persons[login]
        role = role or person.roles[0]
        if browser is None:
            browser = person.kind == "citizen"
        key = (login, role, browser, acting_for)
        if key not in self._callers:
            if browser:
                provider = "idporten" if person.kind == "citizen" else "helseid"
                self._callers[key] = BrowserCaller(self.url, provider, login, role, acting_for)
            else:
                self._callers[key] = GrpcCaller(self.channel, lambda: self._person_token(login), role)
        return self._callers[key]

    def system(self, client_id):
        if client_id not in self._callers:
            self._callers[client_id] = GrpcCaller(self.channel, lambda: self._system_token(client_id))
        return self._callers[client_id]

    def _endpoint(self, name):
        if self._endpoints is None:
            found = requests.get(f"{self._helseid}/.well-known/openid-configuration", timeout=TIMEOUT)
            found.raise_for_status()
            self._endpoints = found.json()
        return self._endpoints[name]

    def _secret(self, client_id):
        return (pathlib.Path(self._secrets) / f"{client_id}.secret").read_text().strip()

    def _token(self, client_id, form):
        answer = requests.post(self._endpoint("token_endpoint"), data=form,
                               auth=(client_id, self._secret(client_id)), timeout=TIMEOUT)
        if not answer.ok:
            raise CallFailed("token", "UNAUTHENTICATED", answer.text)
        return answer.json()["access_token"]

    def _system_token(self, client_id):
        scopes = " ".join(self.persons.systems[client_id]["scopes"])
        return self._token(client_id, {"grant_type": "client_credentials", "scope": scopes})

    def _person_token(self, login):
        """The code flow with PKCE, as the system that the person works in would run it."""
        system = self.persons.systems[self._desk]
        redirect_uri = system["redirect_uris"][0]
        verifier = random.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
        query = urllib.parse.urlencode({
            "client_id": self._desk, "response_type": "code", "redirect_uri": redirect_uri,
            "scope": " ".join(["openid", "profile", *system["scopes"]]), "state": random.token_urlsafe(),
            "code_challenge": challenge.rstrip("="), "code_challenge_method": "S256"})
        code = _code(f"{self._endpoint('authorization_endpoint')}?{query}", login, redirect_uri)
        return self._token(self._desk, {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri,
            "code_verifier": verifier})


def _code(url, login, redirect_uri):
    """Follows the redirects by hand, since nobody listens at the redirect_uri."""
    session = idp_login.browser()
    answer = session.get(url, timeout=TIMEOUT, allow_redirects=False)
    for _ in range(10):
        if answer.is_redirect:
            target = urllib.parse.urljoin(answer.url, answer.headers["location"])
            if target.startswith(redirect_uri):
                found = urllib.parse.parse_qs(urllib.parse.urlsplit(target).query)
                if "code" not in found:
                    raise CallFailed("login", "UNAUTHENTICATED", f"{login}: {found}")
                return found["code"][0]
            answer = session.get(target, timeout=TIMEOUT, allow_redirects=False)
        elif "/interaction/" in answer.url and answer.request.method == "GET":
            answer = session.post(answer.url, data={"login": login}, timeout=TIMEOUT,
                                  allow_redirects=False)
        else:
            break
    raise CallFailed("login", "UNAUTHENTICATED", f"{login}: HTTP {answer.status_code} at {answer.url}")
