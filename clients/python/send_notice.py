#!/usr/bin/python3
"""What a journal system does: gets a token, sends a notice of need and reads its status.

    clients/python/generate
    PYTHONPATH=build/python clients/python/send_notice.py --secret "$(cat .run/idp/fjordvik-journal.secret)"
"""

import argparse
import datetime
import json
import sys
import uuid

import grpc
import requests
from google.rpc import error_details_pb2, status_pb2
from google.type import date_pb2
from individuellplan.referral.v1 import need_notice_pb2, referral_service_pb2, referral_service_pb2_grpc
from individuellplan.type.v1 import common_pb2

# UNAVAILABLE alone may be tried again (docs/api.md); the request ids make repeated changes one change.
RETRIES = json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.5s", "maxBackoff": "2s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]})


def get_token(issuer, client_id, secret):
    endpoint = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5).json()["token_endpoint"]
    answer = requests.post(endpoint, auth=(client_id, secret), timeout=5, data={
        "grant_type": "client_credentials",
        "scope": "individuellplan/notices.write individuellplan/notices.read"})
    answer.raise_for_status()
    return answer.json()["access_token"]


def make_notice(name):
    today = datetime.date.today()
    date = date_pb2.Date(year=today.year, month=today.month, day=today.day)
    notice = need_notice_pb2.NeedNotice(
        need_description="Trenger hjelp fra hjemmetjenesten, Nav og oss over lang tid, og én å ringe til.",
        life_areas=[common_pb2.HEALTH, common_pb2.WORK],
        requested_outcome=need_notice_pb2.NeedNotice.PLAN_AND_COORDINATOR,
        need_observed_date=date,
        urgency=need_notice_pb2.NeedNotice.ROUTINE)
    notice.subject.display_name = name
    notice.subject.municipality_code = "4699"
    notice.notifier.display_name = "Jonas Berg"
    notice.notifier.source = need_notice_pb2.Notifier.GENERAL_PRACTITIONER
    notice.notifier.work_email = "jonas.berg@legesenter.example"
    # Without these two the notice cannot be sent: hpl § 22 and pbrl § 3-2.
    notice.consent_basis.kind = need_notice_pb2.ConsentBasis.CONSENT
    notice.consent_basis.consent_date.CopyFrom(date)
    notice.rights_information.given = True
    notice.rights_information.given_date.CopyFrom(date)
    return notice


def explain(error):
    """The error as the API means it: code, reason, message and every violation."""
    lines = [f"{error.code().name}: {error.details()}"]
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                for kind in (error_details_pb2.ErrorInfo, error_details_pb2.BadRequest,
                             error_details_pb2.PreconditionFailure):
                    if detail.Is(kind.DESCRIPTOR):
                        lines.append(str(kind.FromString(detail.value)).strip())
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default="localhost:8080")
    parser.add_argument("--issuer", default="http://localhost:8082")
    parser.add_argument("--client_id", default="fjordvik-journal")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--national_id", default="19878500876", help="synthetic (month + 80)")
    parser.add_argument("--name", default="Karolina Nowicka")
    flags = parser.parse_args()

    token = get_token(flags.issuer, flags.client_id, flags.secret)
    channel = grpc.insecure_channel(flags.gateway, options=[("grpc.service_config", RETRIES)])
    referral = referral_service_pb2_grpc.ReferralServiceStub(channel)
    common = {"metadata": [("authorization", f"Bearer {token}")], "timeout": 5}
    try:
        draft = referral.CreateNotice(referral_service_pb2.CreateNoticeRequest(
            notice=make_notice(flags.name), request_id=str(uuid.uuid4()),
            subject_identity=common_pb2.PersonIdentity(national_id=flags.national_id)), **common)
        # The same request_id in a repeated call makes it one call: safe after a lost answer.
        sent = referral.SubmitNotice(referral_service_pb2.ActionRequest(
            name=draft.name, etag=draft.etag, request_id=str(uuid.uuid4())), **common)
        status = referral.GetNotice(referral_service_pb2.GetNoticeRequest(name=sent.name), **common)
    except grpc.RpcError as error:
        print(explain(error), file=sys.stderr)
        return 1
    deadline = status.clock.deadline_date
    print(f"{status.name} is {need_notice_pb2.NeedNotice.State.Name(status.state)}; "
          f"an answer is due by {deadline.year}-{deadline.month:02}-{deadline.day:02}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
