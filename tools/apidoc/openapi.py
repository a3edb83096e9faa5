"""OpenAPI 3.1 of the HTTP face: the Connect protocol in JSON, as the gateway speaks it."""

from contract import SCALARS, WELL_KNOWN, Field

_ERROR = {
    "type": "object",
    "description": "The Connect form of an error. Reasons stand in docs/errors.md.",
    "required": ["code", "message"],
    "properties": {
        "code": {"type": "string", "examples": ["invalid_argument"]},
        "message": {"type": "string", "description": "What is wrong, and the way out."},
        "details": {"type": "array", "items": {
            "type": "object",
            "properties": {
                "type": {"type": "string", "examples": ["google.rpc.ErrorInfo"]},
                "value": {"type": "string", "description": "The message, in base64 without padding."},
                "debug": {"type": "object", "description": "The same as JSON; ErrorInfo's reason."}}}},
    },
}


def _ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _plain(contract, field):
    if field.type in SCALARS:
        return dict(SCALARS[field.type])
    name = field.type_name[1:]
    return dict(WELL_KNOWN[name]) if name in WELL_KNOWN else _ref(name)


def _property(contract, field, comment):
    entry = contract.map_entry(field)
    if entry:
        schema = {"type": "object", "additionalProperties": _plain(contract, entry.descriptor.field[1])}
    elif field.label == Field.LABEL_REPEATED:
        schema = {"type": "array", "items": _plain(contract, field)}
    else:
        schema = _plain(contract, field)
    if comment:
        schema["description"] = comment
    if "Output only" in comment:
        schema["readOnly"] = True
    return schema


def _schema(contract, type_):
    schema = {"description": type_.comment} if type_.comment else {}
    if type_.is_enum:
        values = [v.name for v in type_.descriptor.value]
        lines = [f"- {name}: {text}" for name, text in type_.comments.items() if text]
        return {"type": "string", "enum": values,
                "description": "\n".join([type_.comment, "", *lines]).strip()}
    fields = type_.descriptor.field
    schema |= {"type": "object", "additionalProperties": False, "properties": {
        f.json_name: _property(contract, f, type_.comments[f.name]) for f in fields}}
    required = [f.json_name for f in fields if type_.comments[f.name].startswith("Required")]
    if required:
        schema["description"] = schema.get("description", "") + "\n\nRequired: " + ", ".join(required) + "."
    for index, oneof in enumerate(type_.descriptor.oneof_decl):
        members = [f.json_name for f in fields if f.HasField("oneof_index") and f.oneof_index == index
                   and not f.proto3_optional]
        if members:
            schema["description"] = (schema.get("description", "")
                                     + f"\n\nAt most one of: {', '.join(members)}.").strip()
    return schema


def _operation(rpc):
    streams = rpc.client_streaming or rpc.server_streaming
    media = "application/connect+json" if streams else "application/json"
    notes = [rpc.comment, f"Roles: {', '.join(rpc.roles)}."]
    if rpc.scope:
        notes.append(f"Scope of access tokens: {rpc.scope}.")
    if rpc.step_up:
        notes.append("The login must be at most five minutes old.")
    if streams:
        notes.append("A stream: each message stands in an envelope of five bytes (flags, length).")
    if rpc.client_streaming:
        notes.append("Takes a stream of requests, which needs gRPC over HTTP/2.")
    return {
        "tags": [rpc.service.rsplit(".", 1)[1]],
        "operationId": f"{rpc.service.rsplit('.', 1)[1]}_{rpc.name}",
        "summary": rpc.comment.split(". ")[0].split("\n")[0].rstrip("."),
        "description": "\n\n".join(n for n in notes if n),
        "requestBody": {"required": True, "content": {media: {"schema": _ref(rpc.request)}}},
        "responses": {
            "200": {"description": "The answer.", "content": {media: {"schema": _ref(rpc.response)}}},
            "default": {"description": "An error.",
                        "content": {"application/json": {"schema": _ref("Error")}}}},
        # OpenAPI 3.1 lets any scheme name what it takes.
        "security": [*([{"accessToken": [rpc.scope]}] if rpc.scope else []), {"session": []}],
        "x-roles": rpc.roles,
        "x-action": rpc.action,
        "x-step-up": rpc.step_up,
    }


def build(contract):
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "individuell plan",
            "version": "1",
            "description": "The public API over HTTP (Connect protocol, JSON). The same RPCs are served as "
                           "gRPC and gRPC-Web at the same paths. Made from the protos.",
            "license": {"name": "see the project's LICENSE"},
        },
        "servers": [{"url": "/"}],
        "security": [{"accessToken": []}, {"session": []}],
        "tags": [{"name": name.rsplit(".", 1)[1], "description": comment}
                 for name, (comment, _) in contract.services.items()],
        "paths": {f"/{rpc.service}/{rpc.name}": {"post": _operation(rpc)}
                  for _, rpcs in contract.services.values() for rpc in rpcs},
        "components": {
            "securitySchemes": {
                "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (at+jwt)",
                                "description": "From HelseID; DPoP where the token is bound."},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-ip_session",
                            "description": "A browser's session, after /login."}},
            "schemas": {t.name: _schema(contract, t) for t in contract.needed()} | {"Error": _ERROR},
        },
    }
