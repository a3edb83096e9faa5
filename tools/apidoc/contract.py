"""The contract as plain data, read from a descriptor set with its comments: what both writers need."""

import dataclasses

from google.protobuf import descriptor_pb2
from individuellplan.type.v1 import access_pb2

Field = descriptor_pb2.FieldDescriptorProto


def scope_word(scope):
    """As it stands in tokens: "individuellplan/notices.read"."""
    return "individuellplan/" + access_pb2.Scope.Name(scope).lower().replace("_", ".") if scope else ""


@dataclasses.dataclass
class Rpc:
    service: str          # full name
    name: str
    comment: str
    request: str          # full name of the message
    response: str
    client_streaming: bool
    server_streaming: bool
    roles: list
    action: str
    step_up: bool
    scope: str            # of access tokens; "" when none opens it


@dataclasses.dataclass
class Type:
    """A message or an enum."""
    name: str             # full
    comment: str
    descriptor: object
    comments: dict        # of fields or values, by name
    is_enum: bool


def _comments(file):
    """Each comment by the path of what it stands at; lines lose the blank behind their slashes."""
    return {tuple(place.path): "\n".join(line.strip() for line in place.leading_comments.strip().split("\n"))
            for place in file.source_code_info.location}


class Contract:
    """All RPCs that others than services may call, and the types they need."""

    def __init__(self, data):
        self.services = {}   # full name: (comment, [Rpc])
        self.types = {}
        files = descriptor_pb2.FileDescriptorSet.FromString(data).file
        for file in files:
            comments = _comments(file)
            for i, message in enumerate(file.message_type):
                self._add_message(message, f"{file.package}.{message.name}", (4, i), comments)
            for i, enum in enumerate(file.enum_type):
                self._add_enum(enum, f"{file.package}.{enum.name}", (5, i), comments)
        for file in files:
            comments = _comments(file)
            for i, service in enumerate(file.service):
                rpcs = [rpc for j, method in enumerate(service.method)
                        if (rpc := self._rpc(f"{file.package}.{service.name}", method,
                                             comments.get((6, i, 2, j), "")))]
                if rpcs:
                    self.services[f"{file.package}.{service.name}"] = (comments.get((6, i), ""), rpcs)

    def _add_message(self, message, name, path, comments):
        self.types[name] = Type(name, comments.get(path, ""), message, {
            f.name: comments.get((*path, 2, i), "") for i, f in enumerate(message.field)}, False)
        for i, nested in enumerate(message.nested_type):
            self._add_message(nested, f"{name}.{nested.name}", (*path, 3, i), comments)
        for i, enum in enumerate(message.enum_type):
            self._add_enum(enum, f"{name}.{enum.name}", (*path, 4, i), comments)

    def _add_enum(self, enum, name, path, comments):
        self.types[name] = Type(name, comments.get(path, ""), enum, {
            v.name: comments.get((*path, 2, i), "") for i, v in enumerate(enum.value)}, True)

    @staticmethod
    def _rpc(service, method, comment):
        rule = method.options.Extensions[access_pb2.rule]
        roles = [access_pb2.Role.Name(r) for r in rule.roles if r != access_pb2.SERVICE]
        if not roles:
            return None  # only services call it, and not from outside
        return Rpc(service, method.name, comment, method.input_type[1:], method.output_type[1:],
                   method.client_streaming, method.server_streaming, roles,
                   access_pb2.Action.Name(rule.action), rule.step_up, scope_word(rule.scope))

    def needed(self):
        """The types that the RPCs use, directly or not, in the order of their names."""
        seen, todo = set(), [t for _, rpcs in self.services.values() for r in rpcs
                             for t in (r.request, r.response)]
        while todo:
            name = todo.pop()
            if name in seen or name in WELL_KNOWN:
                continue
            seen.add(name)
            if not self.types[name].is_enum:
                todo += [f.type_name[1:] for f in self.types[name].descriptor.field if f.type_name]
        return [self.types[name] for name in sorted(seen) if not self._is_map(self.types[name])]

    @staticmethod
    def _is_map(type_):
        return not type_.is_enum and type_.descriptor.options.map_entry

    def map_entry(self, field):
        """The entry type of a map field, otherwise None."""
        if field.type != Field.TYPE_MESSAGE or field.type_name[1:] not in self.types:
            return None
        type_ = self.types[field.type_name[1:]]
        return type_ if self._is_map(type_) else None


# How proto3 JSON writes what has a form of its own.
WELL_KNOWN = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "examples": ["90s"]},
    "google.protobuf.FieldMask": {"type": "string", "examples": ["title,responsible.name"]},
    "google.protobuf.Any": {"type": "object", "properties": {"@type": {"type": "string"}}},
    "google.protobuf.Struct": {"type": "object"},
}

SCALARS = {
    Field.TYPE_DOUBLE: {"type": "number", "format": "double"},
    Field.TYPE_FLOAT: {"type": "number", "format": "float"},
    Field.TYPE_INT32: {"type": "integer", "format": "int32"},
    Field.TYPE_SINT32: {"type": "integer", "format": "int32"},
    Field.TYPE_SFIXED32: {"type": "integer", "format": "int32"},
    Field.TYPE_UINT32: {"type": "integer", "format": "int64", "minimum": 0},
    Field.TYPE_FIXED32: {"type": "integer", "format": "int64", "minimum": 0},
    # Beyond 2^53 a JSON number would not be exact.
    Field.TYPE_INT64: {"type": "string", "format": "int64"},
    Field.TYPE_SINT64: {"type": "string", "format": "int64"},
    Field.TYPE_SFIXED64: {"type": "string", "format": "int64"},
    Field.TYPE_UINT64: {"type": "string", "format": "uint64"},
    Field.TYPE_FIXED64: {"type": "string", "format": "uint64"},
    Field.TYPE_BOOL: {"type": "boolean"},
    Field.TYPE_STRING: {"type": "string"},
    Field.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
}
