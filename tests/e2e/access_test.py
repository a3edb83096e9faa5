"""Who may see a plan and who has seen it, through the gateway with the real programs."""

import json

import pytest
import requests

from tools.lib.ipclient import CallFailed

from individuellplan.plan.v1 import access_service_pb2 as access
from individuellplan.plan.v1 import care_plan_pb2, care_team_pb2, consent_pb2
from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.type.v1 import access_pb2, common_pb2

# A citizen whom the demo leaves alone (the last of the main job's owners), and a helper.
OWNER, HELPER, CASE_WORKER = "leif", "lise", "sara"


@pytest.fixture(scope="module")
def plan(gateway):
    """A plan with one participant to whom nothing is shared yet."""
    def identity(login):
        return common_pb2.PersonIdentity(national_id=gateway.persons[login].national_id)

    opened = care_plan_pb2.CarePlan(municipality_code="4699", unit="units/fjordvik")
    opened.subject.display_name = gateway.persons[OWNER].name
    plan = gateway.person(CASE_WORKER, "CASE_WORKER").plan.CreatePlan(plans.CreatePlanRequest(
        plan=opened, subject_identity=identity(OWNER),
        consent=consent_pb2.Consent(kind=consent_pb2.Consent.CREATE_PLAN, form=consent_pb2.Consent.ORAL,
                                    form_reference="Sara hørte det", informed=True)))
    helper = gateway.persons[HELPER]
    participant = gateway.person(OWNER).plan.CreateParticipant(plans.CreateParticipantRequest(
        parent=plan.name, identity=identity(HELPER),
        participant=care_team_pb2.Participant(
            kind=care_team_pb2.Participant.PROFESSIONAL, display_name=helper.name,
            organization=helper.organization, work_email=helper.work_email)))
    return plan.name, participant.name


def share(gateway, plan):
    return gateway.person(OWNER).access.GiveConsent(access.CreateConsentRequest(
        parent=plan[0], consent=consent_pb2.Consent(
            kind=consent_pb2.Consent.SHARE, participant=plan[1], sections=[access_pb2.GOALS],
            informed=True)))


def rows(gateway, plan):
    entries = gateway.person(OWNER).access.ListAccessLogEntries(
        access.ListAccessLogEntriesRequest(parent=plan[0], page_size=200))
    return entries.access_log_entries


def test_a_withdrawn_share_is_not_found_at_the_next_call(gateway, plan):
    helper = gateway.person(HELPER).plan

    def read(name):
        return helper.GetPlan(plans.GetPlanRequest(name=name))

    def listed():
        return [summary.name for summary in helper.ListPlans(plans.ListPlansRequest()).plans]

    consent = share(gateway, plan)
    assert read(plan[0]).name == plan[0] and plan[0] in listed()
    gateway.person(OWNER).access.WithdrawConsent(
        plans.ActionRequest(name=consent.name, etag=consent.etag, reason="Vil ikke mer"))
    with pytest.raises(CallFailed) as gone:
        read(plan[0])
    with pytest.raises(CallFailed) as absent:
        read("plans/finnes-ikke")
    assert gone.value.code == "NOT_FOUND"
    assert str(gone.value) == str(absent.value)
    assert plan[0] not in listed()


def test_every_read_leaves_exactly_one_row(suite, gateway, plan):
    share(gateway, plan)
    request = plans.GetPlanRequest(name=plan[0])

    def json_over_http():
        answer = requests.post(
            f"{suite.url}/individuellplan.plan.v1.PlanService/GetPlan", data=json.dumps({"name": plan[0]}),
            headers={"authorization": f"Bearer {gateway._person_token(HELPER)}",
                     "content-type": "application/json", "x-purpose-of-use": "OPPFOLGING"}, timeout=20)
        assert answer.ok, answer.text

    reads = [lambda: gateway.person(HELPER).plan.GetPlan(request),  # native gRPC
             lambda: gateway.person(HELPER, browser=True).plan.GetPlan(request),  # Connect, with a cookie
             json_over_http,
             lambda: gateway.person(HELPER).plan.ListPlans(plans.ListPlansRequest())]
    for read in reads:
        before = rows(gateway, plan)
        read()
        after = rows(gateway, plan)
        assert len(after) == len(before) + 1
        assert list(after)[1:] == list(before)
        assert after[0].basis == "CONSENT" and gateway.persons[HELPER].name in after[0].summary.nb
    # A refused read shows nothing, and leaves none.
    with pytest.raises(CallFailed):
        gateway.person("eva").plan.GetPlan(request)
    assert len(rows(gateway, plan)) == len(after)
    assert any(row.purpose_of_use == "OPPFOLGING" for row in after)
    checked = gateway.person(OWNER).access.VerifyAccessLog(access.VerifyAccessLogRequest(plan=plan[0]))
    assert checked.intact and checked.entry_count == len(after)


def test_the_owner_asks_why_and_the_unit_answers(gateway, plan):
    owner, leader = gateway.person(OWNER).access, gateway.person("gunnar", "UNIT_LEADER").access
    entry = next(row for row in rows(gateway, plan) if row.basis == "CONSENT")
    owner.AskAboutAccess(access.AskAboutAccessRequest(name=entry.name, question="Hvorfor?"))
    open_ones = leader.ListAccessLogEntries(
        access.ListAccessLogEntriesRequest(parent=plan[0], filter='question = "OPEN"'))
    assert [row.name for row in open_ones.access_log_entries] == [entry.name]
    leader.AnswerAccessQuestion(access.AnswerAccessQuestionRequest(name=entry.name, answer="Til møtet."))
    assert next(row for row in rows(gateway, plan) if row.name == entry.name).answer == "Til møtet."


def test_an_emergency_opens_the_plan_and_is_reviewed(gateway, plan):
    """Health personnel with an HPR number, by the patient's number alone, after a fresh login."""
    doctor = gateway.person("eva", browser=True)
    opened = doctor.access.RequestEmergencyAccess(access.RequestEmergencyAccessRequest(
        plan="plans/-", reason="Bevisstløs på akuttmottaket",
        subject_identity=common_pb2.PersonIdentity(national_id=gateway.persons[OWNER].national_id)))
    assert doctor.plan.GetPlan(plans.GetPlanRequest(name=plan[0])).name == plan[0]
    assert rows(gateway, plan)[0].basis == "EMERGENCY"
    leader = gateway.person("gunnar", "UNIT_LEADER").access
    leader.ReviewEmergencyAccess(access.ReviewEmergencyAccessRequest(
        name=opened.name, justified=False, comment="Ingen grunn til det."))
    with pytest.raises(CallFailed) as gone:
        doctor.plan.GetPlan(plans.GetPlanRequest(name=plan[0]))
    assert gone.value.code == "NOT_FOUND"
