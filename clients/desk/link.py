"""The desk's line to the gateway: tokens, calls, errors as the API means them."""

import datetime
import os
import subprocess
import time
import uuid

import grpc
from google.protobuf import symbol_database
from google.rpc import error_details_pb2, status_pb2
from google.type import date_pb2
from individuellplan.plan.v1 import plan_service_pb2
from individuellplan.referral.v1 import referral_service_pb2

TIMEOUT = 10  # seconds, each call
PATIENCE = 5  # seconds at most between two attempts
FRESH = 300  # seconds; tokens last ten minutes


class Refused(Exception):
    """A call that did not succeed; the text is for the one at the desk."""

    def __init__(self, code, text):
        self.code = code
        super().__init__(text)


def date_of(text):
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        raise Refused("INVALID_ARGUMENT", f'"{text}" is no day; write it as 2026-12-24') from None
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def _explain(error):
    lines = [error.details() or error.code().name]
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        for detail in status_pb2.Status.FromString(value).details:
            for kind, field in ((error_details_pb2.BadRequest, "field_violations"),
                                (error_details_pb2.PreconditionFailure, "violations")):
                if detail.Is(kind.DESCRIPTOR):
                    lines += [f"  {getattr(v, 'field', '') or getattr(v, 'subject', '')}: {v.description}"
                              for v in getattr(kind.FromString(detail.value), field)]
    return Refused(error.code().name, "\n".join(lines))


class Link:
    def __init__(self, role):
        self._role, self._token, self._since = role, "", 0.0
        self._channel = grpc.insecure_channel(self.setting("IP_GATEWAY", "localhost:8080"))
        self._services = {
            "plan": plan_service_pb2.DESCRIPTOR.services_by_name["PlanService"],
            "referral": referral_service_pb2.DESCRIPTOR.services_by_name["ReferralService"]}

    @staticmethod
    def setting(name, otherwise=""):
        return os.environ.get(name, otherwise)

    def token(self):
        command = self.setting("IP_TOKEN_COMMAND")
        if command and time.monotonic() - self._since > FRESH:
            done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise Refused("UNAUTHENTICATED", f"IP_TOKEN_COMMAND failed (exit code {done.returncode})")
            self._token, self._since = done.stdout.strip(), time.monotonic()
        token = self._token or self.setting("IP_TOKEN")
        if not token:
            raise Refused("UNAUTHENTICATED", "set IP_TOKEN or IP_TOKEN_COMMAND; see desk --help")
        return token

    def _method(self, service, name, kind):
        method = self._services[service].methods_by_name[name]
        answer = symbol_database.Default().GetPrototype(method.output_type)
        return getattr(self._channel, kind)(
            f"/{self._services[service].full_name}/{name}", lambda message: message.SerializeToString(),
            answer.FromString)

    def _metadata(self):
        return [("authorization", f"Bearer {self.token()}"), ("x-role", self._role)]

    def _call(self, service, name, request):
        for attempt in range(4):
            try:
                return self._method(service, name, "unary_unary")(
                    request, timeout=TIMEOUT, metadata=self._metadata())
            except grpc.RpcError as error:
                # UNAVAILABLE alone may be tried again; the request id makes repeated changes one change.
                if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == 3:
                    raise _explain(error) from None
                time.sleep(0.2 * 2**attempt)

    def referral(self, name, request):
        return self._call("referral", name, request)

    def plan(self, name, request):
        return self._call("plan", name, request)

    def follow(self, name, request):
        """The events of a resumable stream, for ever: begins again behind the last one when it breaks."""
        attempt = 0
        while True:
            try:
                for event in self._method("referral", name, "unary_stream")(request, metadata=self._metadata()):
                    attempt = 0
                    request.after = event.cursor or request.after
                    yield event
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == 10:
                    raise _explain(error) from None
            time.sleep(min(0.2 * 2**attempt, PATIENCE))
            attempt += 1

    # Notices.

    @staticmethod
    def name_of(notice):
        return notice if notice.startswith("notices/") else f"notices/{notice}"

    def notice(self, notice):
        return self.referral("GetNotice", referral_service_pb2.GetNoticeRequest(name=self.name_of(notice)))

    def change(self, name, request):
        request.request_id = str(uuid.uuid4())
        return self.referral(name, request)

    def act(self, method, kind, notice, **fields):
        """Reads the notice for its etag, then changes it: what somebody did in between is not overwritten."""
        now = self.notice(notice)
        return self.change(method, kind(name=now.name, etag=now.etag, **fields))

    # People.

    def colleague(self, unit, who, name=""):
        """(persons/…, name) of a case worker named by either."""
        statistics = self.referral("GetQueueStatistics",
                                   referral_service_pb2.GetQueueStatisticsRequest(unit=unit))
        for load in statistics.loads:
            if who in (load.assignee, load.assignee_display_name):
                return load.assignee, load.assignee_display_name
        if who.startswith("persons/") and name:
            return who, name
        raise Refused("NOT_FOUND", f'nobody called "{who}" has a notice of the unit; give persons/… and --name')
