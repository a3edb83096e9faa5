"""Bad input gets one clear error each, over HTTP as anybody would send it; the bodies are printed."""

import json

import pytest
import requests

from tools.lib.ipclient import CallFailed, request_id

from individuellplan.plan.v1 import plan_service_pb2 as plans

REFERRAL = "individuellplan.referral.v1.ReferralService"
NOTICE = {
    "notice": {
        "subject": {"displayName": "Jostein Rødland", "municipalityCode": "4699"},
        "notifier": {"displayName": "Eva Lund", "source": "GENERAL_PRACTITIONER"},
        "needDescription": "Trenger samordnet hjelp.", "lifeAreas": ["HEALTH"],
        "requestedOutcome": "PLAN_AND_COORDINATOR",
        "needObservedDate": {"year": 2026, "month": 1, "day": 5}}}


@pytest.fixture(scope="module")
def post(suite, gateway):
    token = gateway._person_token("eva")
    number = gateway.persons["jostein"].national_id

    def send(method, body, raw=None):
        if isinstance(body, dict) and "notice" in body and "subjectIdentity" not in body:
            body = {**body, "subjectIdentity": {"nationalId": number}}
        answer = requests.post(
            f"{suite.url}/{REFERRAL}/{method}", data=raw if raw is not None else json.dumps(body),
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"}, timeout=20)
        print(f"\n{method}: HTTP {answer.status_code}\n{answer.text}")
        return answer.status_code, answer.text

    return send



def test_missing_consent(post):
    status, body = post("CreateNotice", NOTICE)
    assert status == 200, body
    draft = json.loads(body)
    status, body = post("SubmitNotice", {"name": draft["name"], "etag": draft["etag"]})
    assert status == 400 and json.loads(body)["code"] == "failed_precondition"
    assert "consent" in body.lower()


def test_wrong_etag(post):
    _, body = post("CreateNotice", NOTICE)
    status, body = post("SubmitNotice", {"name": json.loads(body)["name"], "etag": "gammel"})
    assert status == 409 and json.loads(body)["code"] == "aborted" and "etag" in body.lower()


def test_unknown_field(post):
    status, body = post("CreateNotice", {**NOTICE, "nootice": 1})
    assert status == 400 and json.loads(body)["code"] == "invalid_argument" and "nootice" in body


def test_malformed_json(post):
    status, body = post("CreateNotice", None, raw='{"notice": {')
    assert status == 400 and json.loads(body)["code"] == "invalid_argument"


def test_a_body_of_ten_megabytes(post):
    status, body = post("CreateNotice", None, raw="x" * (10 << 20))
    assert status == 413 and json.loads(body)["code"] == "resource_exhausted"


def test_an_invalid_date(post):
    broken = json.loads(json.dumps(NOTICE))
    broken["notice"]["needObservedDate"] = {"year": 2026, "month": 2, "day": 30}
    status, body = post("CreateNotice", broken)
    assert status == 400 and json.loads(body)["code"] == "invalid_argument"
    assert "need_observed_date" in body


def test_an_unknown_person_number_is_not_repeated(post):
    status, body = post("CreateNotice", {**NOTICE, "subjectIdentity": {"nationalId": "12345678901"}})
    assert status == 400 and "NATIONAL_ID_INVALID" in body and "12345678901" not in body


def test_another_request_with_a_used_id(post):
    used = request_id("bad-input")
    assert post("CreateNotice", {**NOTICE, "requestId": used})[0] == 200
    other = {"notice": {**NOTICE["notice"], "needDescription": "Noe annet."}, "requestId": used}
    status, body = post("CreateNotice", other)
    assert status == 400 and "REQUEST_ID_REUSED" in body


def test_what_is_not_mine_does_not_exist(gateway):
    with pytest.raises(CallFailed) as failure:
        gateway.person("lise").plan.GetPlan(plans.GetPlanRequest(name="plans/finnes-ikke"))
    assert failure.value.code == "NOT_FOUND"


def test_without_a_token(suite):
    answer = requests.post(f"{suite.url}/{REFERRAL}/ListUnits", data="{}",
                           headers={"content-type": "application/json"}, timeout=5)
    assert answer.status_code == 401 and answer.json()["code"] == "unauthenticated"
