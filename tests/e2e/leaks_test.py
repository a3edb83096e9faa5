"""What is not mine does not exist: real names, foreign page tokens and forged masks get outsiders the same
answers as nonsense does."""

import statistics
import time

import pytest

from tests.e2e import everyone
from tools.lib.ipclient import CallFailed

from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import referral_service_pb2 as referral


def readable(caller, notice):
    try:
        return bool(caller.GetNotice(referral.GetNoticeRequest(name=notice)))
    except CallFailed:
        return False


@pytest.fixture(scope="module")
def world(demo, gateway):
    """A plan and a notice of the demo municipality, with the names of everything in them."""
    owner = gateway.person("trond")
    plan = owner.plan.GetPlan(plans.GetPlanRequest(
        name=owner.plan.ListPlans(plans.ListPlansRequest()).plans[0].name))
    siri = gateway.person("siri", "CASE_WORKER")
    notices = siri.referral.ListQueue(referral.ListQueueRequest(unit="units/fjordvik", page_size=200)).items
    journal = gateway.system("fjordheim-journal").referral
    foreign = next(n.name for n in notices if not readable(journal, n.name))
    names = {plan.name, foreign, "units/fjordvik"}

    def collect(message):
        for field, value in message.ListFields():
            if field.type == field.TYPE_MESSAGE:
                for each in value if field.label == field.LABEL_REPEATED else [value]:
                    if not field.message_type.GetOptions().map_entry:
                        collect(each)
            elif field.name == "name" and "/" in str(value):
                names.add(value)

    collect(plan)
    return {"plan": plan, "names": sorted(names)}


# Outsiders of the other municipality, and a citizen with a plan of her own.
OUTSIDERS = ("CITIZEN", "PRACTITIONER", "CASE_WORKER", "UNIT_LEADER", "SYSTEM")


def like(pattern, name):
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(w in ("*", p) for w, p in zip(wanted, parts))


def test_foreign_names_answer_as_absent_ones(gateway, world):
    callers = everyone.callers(gateway)
    compared, told = 0, []
    for path, method, rule in everyone.rpcs():
        about = everyone.resource(method)
        real = next((n for n in world["names"] if about and like(about[1], n)), None)
        if real is None or about[1].startswith("units/"):
            continue  # units are public; what they answer is the matrix's
        for role in OUTSIDERS:
            if everyone.access_pb2.Role.Value(role) not in rule.roles:
                continue
            absent = everyone.outcome(callers[role], path, method, everyone.request_for(method))
            foreign = everyone.outcome(callers[role], path, method, everyone.request_for(method, real))
            compared += 1
            if absent != foreign:
                told.append(f"{path} as {role} about {real}: {foreign}, but {absent} for what is absent")
    assert not told, "\n".join(told)
    assert compared > 50


def test_and_take_as_long(gateway, world):
    outsider = gateway.person("borghild").plan
    real, absent = world["plan"].name, "plans/" + everyone.ABSENT
    times = {real: [], absent: []}
    for _ in range(60):
        for name in times:
            begin = time.perf_counter()
            with pytest.raises(CallFailed):
                outsider.GetPlan(plans.GetPlanRequest(name=name))
            times[name].append(time.perf_counter() - begin)
    medians = [statistics.median(times[name]) for name in (real, absent)]
    print(f"\nforeign {medians[0] * 1000:.1f} ms, absent {medians[1] * 1000:.1f} ms")
    assert abs(medians[0] - medians[1]) < 0.02


def test_a_page_token_is_its_owners(gateway, world):
    siri = gateway.person("siri", "CASE_WORKER").referral
    page = siri.ListQueue(referral.ListQueueRequest(unit="units/fjordvik", page_size=1))
    assert page.next_page_token

    def answer(login, unit, token):
        with pytest.raises(CallFailed) as failure:
            gateway.person(login, "CASE_WORKER").referral.ListQueue(
                referral.ListQueueRequest(unit=unit, page_size=1, page_token=token))
        return failure.value.code, failure.value.reason, failure.value.violations

    stolen = answer("torbjorn", "units/fjordvik", page.next_page_token)
    assert stolen == answer("torbjorn", "units/fjordvik", "nonsense")
    own = gateway.person("torbjorn", "CASE_WORKER").referral.ListUnits(referral.ListUnitsRequest()).units
    mine = next(u.name for u in own if u.name != "units/fjordvik")
    forged = answer("torbjorn", mine, page.next_page_token)
    assert forged == answer("torbjorn", mine, "nonsense")
    assert forged[0] in ("INVALID_ARGUMENT", "NOT_FOUND")


@pytest.mark.parametrize("paths", [["subject.person"], ["name"], ["create_time"], ["coordinator_appointments"],
                                   ["consents"], ["nonsense"], ["*"], ["subject"], ["representatives"]])
def test_forged_masks_change_and_tell_nothing(gateway, world, paths):
    owner = gateway.person("trond").plan

    def read():
        return owner.GetPlan(plans.GetPlanRequest(name=world["plan"].name))

    def attempt(caller):
        try:
            caller.UpdatePlan(forged)
            return "OK"
        except CallFailed as failure:
            assert "persons/" not in str(failure)
            return failure.code

    before = read()
    forged = plans.UpdatePlanRequest()
    forged.plan.name, forged.plan.etag = before.name, before.etag
    forged.plan.subject.person = "persons/forged"
    forged.plan.coordinator_appointments.add().person = "persons/forged"
    forged.plan.representatives.add().person = "persons/forged"
    forged.plan.consents.add().grantor = "persons/forged"
    forged.update_mask.paths.extend(paths)
    assert attempt(gateway.person("borghild").plan) in ("NOT_FOUND", "INVALID_ARGUMENT")
    assert read().etag == before.etag
    # The owner may send what is not theirs to set: it is refused or left alone.
    assert attempt(owner) in ("OK", "INVALID_ARGUMENT")
    after = read()
    assert "persons/forged" not in str(after)
    for field in ("subject", "create_time", "coordinator_appointments", "representatives", "consents", "name"):
        assert getattr(after, field) == getattr(before, field), field
