"""What journal systems do with notices, through the gateway: a batch in one stream, the receipt for the journal."""

import datetime

from tools.lib.ipclient import request_id
from tools.lib.tenor import tenor_number

from google.type import date_pb2
from individuellplan.referral.v1 import need_notice_pb2 as notices
from individuellplan.referral.v1 import referral_service_pb2 as referral
from individuellplan.type.v1 import common_pb2 as common

COUNT = 200


def item(number):
    request = referral.CreateNoticeRequest(request_id=request_id("batch", number))
    request.subject_identity.national_id = tenor_number(1950 + number % 50, 1 + number % 12, 1 + number % 28)
    notice = request.notice
    notice.subject.display_name = f"Person {number}"
    notice.subject.municipality_code = "4699"
    notice.notifier.source = notices.Notifier.MUNICIPAL_HEALTH
    notice.notifier.display_name = "Hjemmetjenesten"
    notice.need_description = "Trenger noen som samordner tjenestene."
    notice.life_areas.append(common.HEALTH)
    notice.requested_outcome = notices.NeedNotice.PLAN_AND_COORDINATOR
    day = datetime.date.today() - datetime.timedelta(days=7)
    seen = date_pb2.Date(year=day.year, month=day.month, day=day.day)
    notice.need_observed_date.CopyFrom(seen)
    notice.consent_basis.kind = notices.ConsentBasis.CONSENT
    notice.consent_basis.consent_date.CopyFrom(seen)
    notice.rights_information.given = True
    notice.rights_information.given_date.CopyFrom(seen)
    return request


def test_a_journal_system_sends_a_batch_and_keeps_the_receipt(gateway):
    journal = gateway.system("fjordvik-journal")
    items = [item(number) for number in range(COUNT)]
    items[7].notice.ClearField("consent_basis")
    first, again = journal.submit(items), journal.submit(items)

    assert [result.request_id for result in first] == [request.request_id for request in items]
    assert first[7].error_reason == "NOTICE_INCOMPLETE" and "consent" in first[7].error_message
    sent = [result.notice.name for result in first if not result.error_code]
    assert len(set(sent)) == COUNT - 1
    assert [result.notice.name for result in again if not result.error_code] == sent

    receipt = journal.referral.RenderLetter(referral.RenderLetterRequest(
        name=f"{sent[0]}/letters/receipt", format=referral.RenderLetterRequest.PDF))
    assert receipt.content_type == "application/pdf" and receipt.content.startswith(b"%PDF-")
    receipt = journal.referral.RenderLetter(referral.RenderLetterRequest(
        name=f"{sent[0]}/letters/receipt", language=common.NN))
    assert "Person 0" in receipt.content.decode() and "Ho gjeld" in receipt.content.decode()
