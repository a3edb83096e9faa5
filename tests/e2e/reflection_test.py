"""What tools such as grpcurl live on, through the gateway: health, reflection, and a call made from nothing else."""

import grpc
import pytest

from tools.lib import generated  # noqa: F401

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

grpc.__path__.append(str(generated.FOLDER / "grpc"))  # the vendored proto's package has grpcio's name
from grpc.reflection.v1 import reflection_pb2  # noqa: E402

from tests.e2e import everyone

from individuellplan.type.v1 import access_pb2

NAMES = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
UNITS = "individuellplan.referral.v1.ReferralService"


@pytest.fixture
def channel(suite):
    with grpc.insecure_channel(suite.gateway_address) as channel:
        yield channel


def ask(channel, name, **question):
    call = channel.stream_stream(
        f"/{name}/ServerReflectionInfo", reflection_pb2.ServerReflectionRequest.SerializeToString,
        reflection_pb2.ServerReflectionResponse.FromString)
    return next(call(iter([reflection_pb2.ServerReflectionRequest(**question)]), timeout=10))


@pytest.mark.parametrize("name", NAMES)
def test_reflection_lists_what_is_served_and_nothing_inside(channel, name):
    listed = {s.name for s in ask(channel, name, list_services="").list_services_response.service}
    public = {path.split("/")[0] for path, _, rule in everyone.rpcs() if set(rule.roles) - {access_pb2.SERVICE}}
    assert public <= listed
    assert "individuellplan.plan.v1.PlanFeedService" not in listed


@pytest.mark.parametrize("name", NAMES)
def test_a_call_can_be_made_from_reflection_alone(channel, name, gateway):
    pool, wanted = descriptor_pool.DescriptorPool(), [UNITS]
    files = {}
    answer = ask(channel, name, file_containing_symbol=UNITS).file_descriptor_response
    todo = list(answer.file_descriptor_proto)
    while todo:
        file = descriptor_pb2.FileDescriptorProto.FromString(todo.pop())
        if file.name in files:
            continue
        files[file.name] = file
        for dependency in file.dependency:
            todo += ask(channel, name, file_by_filename=dependency).file_descriptor_response.file_descriptor_proto

    def add(file):
        for dependency in file.dependency:
            if dependency in files:
                add(files.pop(dependency))
        pool.Add(file)

    while files:
        add(files.pop(next(iter(files))))
    method = pool.FindServiceByName(wanted[0]).methods_by_name["ListUnits"]
    factory = message_factory.MessageFactory(pool)
    request, response = (factory.GetPrototype(kind) for kind in (method.input_type, method.output_type))
    call = channel.unary_unary(f"/{UNITS}/ListUnits", request.SerializeToString, response.FromString)
    token = gateway._system_token("fjordvik-journal")
    units = call(request(municipality_code="4699"), metadata=[("authorization", f"Bearer {token}")], timeout=10).units
    assert [unit.name for unit in units] == ["units/fjordvik"]


def test_what_is_not_served_is_not_found(channel):
    for symbol in ("individuellplan.plan.v1.PlanFeedService", "no.such.Thing"):
        answer = ask(channel, NAMES[0], file_containing_symbol=symbol)
        assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0], symbol


def test_health_needs_no_login_and_knows_each_service(channel):
    check = channel.unary_unary("/grpc.health.v1.Health/Check")

    def health(service):
        name = service.encode()
        return check(bytes([0x0A, len(name)]) + name if name else b"", timeout=10)

    serving = b"\x08\x01"
    assert health("") == serving and health(UNITS) == serving
    with pytest.raises(grpc.RpcError) as unknown:
        health("no.such.Service")
    assert unknown.value.code() == grpc.StatusCode.NOT_FOUND
    watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=10)
    assert next(watch) == serving
    watch.cancel()
