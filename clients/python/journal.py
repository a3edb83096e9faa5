#!/usr/bin/python3
"""What a journal system does: sends a notice of need and follows its status."""

import datetime
import os
import time
import uuid

from google.type import date_pb2
from individuellplan.referral.v1 import need_notice_pb2, referral_service_pb2, referral_service_pb2_grpc
from individuellplan.type.v1 import common_pb2

from connect import call, channel, run, system_token

NeedNotice = need_notice_pb2.NeedNotice
OPEN = (NeedNotice.SUBMITTED, NeedNotice.IN_TRIAGE, NeedNotice.AWAITING_INFO, NeedNotice.ACCEPTED)


def make_notice():
    now = datetime.date.today()
    today = date_pb2.Date(year=now.year, month=now.month, day=now.day)
    notice = NeedNotice(
        need_description="Trenger hjelp fra hjemmetjenesten, Nav og oss over lang tid, og én å ringe til.",
        life_areas=[common_pb2.HEALTH, common_pb2.WORK],
        requested_outcome=NeedNotice.PLAN_AND_COORDINATOR,
        need_observed_date=today,
        urgency=NeedNotice.ROUTINE)
    notice.subject.display_name = "Karolina Nowicka"
    notice.subject.municipality_code = "4699"
    notice.notifier.display_name = "Jonas Berg"
    notice.notifier.source = need_notice_pb2.Notifier.GENERAL_PRACTITIONER
    notice.notifier.work_email = "jonas.berg@legesenter.example"
    # Without these two the notice cannot be sent: hpl § 22 and pbrl § 3-2.
    notice.consent_basis.kind = need_notice_pb2.ConsentBasis.CONSENT
    notice.consent_basis.consent_date.CopyFrom(today)
    notice.rights_information.given = True
    notice.rights_information.given_date.CopyFrom(today)
    return notice


def show(notice):
    due = notice.clock.deadline_date
    print(f"{notice.name} is {NeedNotice.State.Name(notice.state)}; "
          f"an answer is due by {due.year}-{due.month:02}-{due.day:02}", flush=True)


def journal():
    token = system_token("individuellplan/notices.write individuellplan/notices.read")
    referral = referral_service_pb2_grpc.ReferralServiceStub(channel())
    # Synthetic: month + 80. It is never stored in the notice and never answered.
    subject = common_pb2.PersonIdentity(national_id=os.environ.get("IP_NATIONAL_ID", "19878500876"))
    draft = referral.CreateNotice(referral_service_pb2.CreateNoticeRequest(
        notice=make_notice(), subject_identity=subject, request_id=str(uuid.uuid4())), **call(token))
    # The same request_id in a repeated call makes it one call: safe after a lost answer.
    notice = referral.SubmitNotice(referral_service_pb2.ActionRequest(
        name=draft.name, etag=draft.etag, request_id=str(uuid.uuid4())), **call(token))
    show(notice)
    end = time.monotonic() + float(os.environ.get("IP_FOLLOW_SECONDS", "60"))
    while notice.state in OPEN and time.monotonic() < end:
        time.sleep(0.5)
        found = referral.GetNotice(referral_service_pb2.GetNoticeRequest(name=notice.name), **call(token))
        if found.state != notice.state:
            show(found)
        notice = found


run(journal)
