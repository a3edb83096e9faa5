"""One caller of each kind, and every RPC with a request for something that does not exist: what the matrix
and the leak tests share."""

import re
import uuid

from tools.lib import generated  # noqa: F401

from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, symbol_database
from individuellplan.notification.v1 import notification_service_pb2
from individuellplan.plan.v1 import access_service_pb2, plan_feed_service_pb2, plan_service_pb2
from individuellplan.referral.v1 import referral_feed_service_pb2, referral_service_pb2
from individuellplan.type.v1 import access_pb2

from tools.lib.ipclient import CallFailed

FILES = (plan_service_pb2, access_service_pb2, plan_feed_service_pb2, referral_service_pb2,
         referral_feed_service_pb2, notification_service_pb2)
ABSENT = "019b2f60-0000-7000-8000-000000000000"


def callers(gateway, browser=True):
    """By role. People come as browsers do: only a session tells how fresh the login is. Otherwise professionals come
    with tokens."""
    def person(login, role):
        return gateway.person(login, role, browser=browser)

    return {
        "CITIZEN": gateway.person("borghild"),
        "PRACTITIONER": person("renate", "PRACTITIONER"),
        "CASE_WORKER": person("torbjorn", "CASE_WORKER"),
        "UNIT_LEADER": person("mette", "UNIT_LEADER"),
        "SYSTEM": gateway.system("fjordheim-journal"),
        "OPERATOR": person("drift", "OPERATOR"),
    }


def rpcs():
    """(full path, method descriptor, rule) of each."""
    for file in FILES:
        for service in file.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                yield f"{service.full_name}/{method.name}", method, method.GetOptions().Extensions[access_pb2.rule]


def _declared(method):
    proto = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(proto)
    return proto


def is_stream(method):
    return _declared(method).server_streaming


def is_upload(method):
    """The client streams too, which HTTP/1.1 cannot do: browsers are told so, whoever sits there."""
    return _declared(method).client_streaming


def message(descriptor):
    return symbol_database.Default().GetPrototype(descriptor)


def resource(method):
    """(field, pattern) of the resource that the RPC is about, as its HTTP binding names it; or None."""
    http = method.GetOptions().Extensions[annotations_pb2.http]
    path = getattr(http, http.WhichOneof("pattern")) if http.WhichOneof("pattern") else ""
    found = re.search(r"\{([a-z_.]+)=([^}]+)\}", path)
    return found.groups() if found else None


def request_for(method, name=None):
    """A request about `name`, or about something that does not exist."""
    request = message(method.input_type)()
    about = resource(method)
    if about:
        field, pattern = about
        target = request
        *parents, last = field.split(".")
        for parent in parents:
            target = getattr(target, parent)
        if not hasattr(target, last):  # it stands in the one message of the request
            target = getattr(target, next(f.name for f in method.input_type.fields if f.message_type
                                          and last in f.message_type.fields_by_name))
        setattr(target, last, name or pattern.replace("*", ABSENT))
    if "etag" in method.input_type.fields_by_name:
        request.etag = "nobody-knows"
    if "request_id" in method.input_type.fields_by_name:
        request.request_id = str(uuid.uuid4())
    return request


def outcome(caller, path, method, request):
    """(code, reason) of the call; DEADLINE_EXCEEDED for a stream that goes on."""
    try:
        if is_stream(method):
            list(caller.stream(path, request, message(method.output_type), seconds=1))
        else:
            caller.method(path, message(method.output_type))(request)
        return "OK", ""
    except CallFailed as failure:
        return failure.code, failure.reason
