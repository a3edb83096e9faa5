"""Acting for somebody, through the gateway: what the caller says is worth what the person's plan says."""

import datetime

import pytest
import requests

from tools.lib import generated  # noqa: F401

from google.type import date_pb2
from individuellplan.plan.v1 import access_service_pb2 as access
from individuellplan.plan.v1 import care_plan_pb2, consent_pb2
from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import referral_service_pb2 as referral
from individuellplan.type.v1 import access_pb2, common_pb2

from tests.e2e.notices_test import item
from tools.lib.ipclient import CallFailed

CASE_WORKER, REPRESENTATIVE, LIAR = "sara", "camilla", "hilde"
WARD = item(777)  # a notice about somebody who never logs in


def refusal(call, request):
    with pytest.raises(CallFailed) as failed:
        call(request)
    return failed.value.reason


@pytest.fixture(scope="module")
def ward(gateway):
    """(person, plan, notice) of somebody who has a plan and about whom a notice was sent."""
    opened = care_plan_pb2.CarePlan(municipality_code="4699", unit="units/fjordvik")
    opened.subject.display_name = "Person 777"
    plan = gateway.person(CASE_WORKER, "CASE_WORKER").plan.CreatePlan(plans.CreatePlanRequest(
        plan=opened, subject_identity=WARD.subject_identity,
        consent=consent_pb2.Consent(kind=consent_pb2.Consent.CREATE_PLAN, form=consent_pb2.Consent.ORAL,
                                    form_reference="Sara hørte det", informed=True)))
    sent = gateway.system("fjordvik-journal").submit([WARD])[0]
    assert sent.notice.name, sent
    return plan.subject.person, plan.name, sent.notice.name


@pytest.fixture
def represents(gateway, ward):
    """represents(sections, may_act): the unit registers a representation; all end with the test."""
    unit = gateway.person(CASE_WORKER, "CASE_WORKER", browser=True).access
    made = []

    def register(sections, may_act):
        today = datetime.date.today()
        representative = consent_pb2.Representative(
            kind=consent_pb2.Representative.GUARDIAN, display_name="Camilla Vik", basis="vedtak om vergemål",
            sections=sections, may_act=may_act)
        representative.period.start_date.CopyFrom(date_pb2.Date(year=today.year, month=today.month, day=today.day))
        made.append(unit.CreateRepresentative(access.CreateRepresentativeRequest(
            parent=ward[1], representative=representative, identity=common_pb2.PersonIdentity(
                national_id=gateway.persons[REPRESENTATIVE].national_id))))
        return made[-1]

    def end(representative):
        made.remove(representative)
        unit.EndRepresentation(plans.ActionRequest(name=representative.name, etag=representative.etag,
                                                   reason="Ferdig"))

    register.end = end
    yield register
    for representative in list(made):
        end(representative)


def acting(gateway, ward, login=REPRESENTATIVE):
    return gateway.person(login, acting_for=ward[0])


def test_nobody_acts_whom_the_plan_does_not_name(gateway, ward, represents):
    represents([], may_act=True)  # Camilla may; Hilde only says so
    person, plan, notice = ward
    liar = acting(gateway, ward, LIAR)
    assert refusal(liar.referral.GetNotice, referral.GetNoticeRequest(name=notice)) == "REPRESENTATION_MISSING"
    assert refusal(liar.referral.ListMyNotices, referral.ListMyNoticesRequest()) == "REPRESENTATION_MISSING"
    assert refusal(liar.plan.GetPlan, plans.GetPlanRequest(name=plan)) == "RESOURCE_NOT_FOUND"
    assert not liar.plan.ListPlans(plans.ListPlansRequest()).plans


def test_the_representative_sees_and_does_what_the_plan_says(gateway, ward, represents):
    person, plan, notice = ward
    camilla = acting(gateway, ward)
    get = referral.GetNoticeRequest(name=notice)
    assert refusal(camilla.referral.GetNotice, get) == "REPRESENTATION_MISSING"
    # A mandate for something else opens the plan and not the notices.
    represents([access_pb2.OVERVIEW], may_act=True)
    assert camilla.plan.GetPlan(plans.GetPlanRequest(name=plan)).name == plan
    assert refusal(camilla.referral.GetNotice, get) == "REPRESENTATION_MISSING"
    # One that only lets her read.
    represents([access_pb2.DECISIONS], may_act=False)
    read = camilla.referral.GetNotice(get)
    assert read.name == notice
    assert [n.name for n in camilla.referral.ListMyNotices(referral.ListMyNoticesRequest()).notices] == [notice]
    withdraw = referral.ActionRequest(name=notice, etag=read.etag, reason="Vi vil vente")
    assert refusal(camilla.referral.WithdrawNotice, withdraw) == "REPRESENTATION_MISSING"
    # As herself she has nothing to do with it.
    own = gateway.person(REPRESENTATIVE).referral
    assert refusal(own.GetNotice, get) == "RESOURCE_NOT_FOUND"
    # The full mandate, and its end, count from the next call on.
    full = represents([access_pb2.DECISIONS], may_act=True)
    assert camilla.referral.WithdrawNotice(withdraw).state == read.WITHDRAWN
    represents.end(full)
    later = referral.ActionRequest(name=notice, etag=read.etag, reason="Likevel")
    assert refusal(camilla.referral.WithdrawNotice, later) == "REPRESENTATION_MISSING"


def test_what_is_nobodys_name_and_who_is_at_work_are_refused(suite, gateway, ward):
    for wrong in ("ward", "persons/", ward[1]):
        caller = gateway.person(REPRESENTATIVE, acting_for=wrong)
        assert refusal(caller.plan.ListPlans, plans.ListPlansRequest()) == "ACTING_FOR_INVALID", wrong
    answer = requests.post(
        f"{suite.url}/individuellplan.plan.v1.PlanService/ListPlans", json={}, timeout=20,
        headers={"authorization": f"Bearer {gateway._person_token(CASE_WORKER)}", "x-acting-for": ward[0]})
    assert answer.status_code == 400 and "ACTING_FOR_INVALID" in answer.text
