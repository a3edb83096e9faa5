"""What both examples share: a channel, tokens, errors in full."""

import json
import os
import sys

import grpc
import requests
from google.rpc import error_details_pb2, status_pb2

# UNAVAILABLE alone may be tried again (docs/api.md); the request ids make repeated changes one change.
RETRIES = json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.5s", "maxBackoff": "2s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]})


def channel():
    """One per process; channels and stubs are thread-safe."""
    return grpc.insecure_channel(os.environ.get("IP_GATEWAY", "localhost:8080"),
                                 options=[("grpc.service_config", RETRIES)])


def system_token(scope):
    """A system's token by client credentials. It lasts ten minutes: ask again when it has run out."""
    issuer = os.environ.get("IP_ISSUER", "http://localhost:8082")
    endpoint = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).json()["token_endpoint"]
    client = (os.environ.get("IP_CLIENT_ID", "fjordvik-journal"), os.environ["IP_CLIENT_SECRET"])
    answer = requests.post(endpoint, auth=client, timeout=5,
                           data={"grant_type": "client_credentials", "scope": scope})
    answer.raise_for_status()
    return answer.json()["access_token"]


def call(token):
    """What goes with every call: a deadline and the token."""
    return {"timeout": 5, "metadata": [("authorization", f"Bearer {token}")]}


def run(example):
    """Runs an example; shows an error as the API means it: code, message, reason, every violation."""
    try:
        example()
    except grpc.RpcError as error:
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        for key, value in error.trailing_metadata() or ():
            if key != "grpc-status-details-bin":
                continue
            for detail in status_pb2.Status.FromString(value).details:
                for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest,
                             error_details_pb2.PreconditionFailure):
                    if detail.Is(kind.DESCRIPTOR):
                        print(str(kind.FromString(detail.value)).strip(), file=sys.stderr)
        sys.exit(1)
