"""Tests the demo data without any service: everything refers to something that exists, every request can
be made, and there is what the demo promises."""

import collections
import datetime
import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.lib.clock import Clock  # noqa: E402
from tools.lib.ipclient import request_id  # noqa: E402
from tools.lib.persons import Persons  # noqa: E402
from tools.lib.tenor import tenor_number  # noqa: E402
from tools.seed.rehearsal import Rehearsal  # noqa: E402
from tools.seed.seed import Run, make_items  # noqa: E402
from tools.seed.world import World, load_files  # noqa: E402

from google.protobuf import json_format  # noqa: E402
from individuellplan.type.v1 import reference_pb2  # noqa: E402

TODAY = datetime.date(2026, 11, 22)
NOTICES, PLANS = dict(load_files("notices")), dict(load_files("plans"))


@pytest.fixture(scope="module")
def persons():
    return Persons()


@pytest.fixture(scope="module")
def rehearsed(persons, tmp_path_factory):
    gateway = Rehearsal(persons)
    world = World(gateway, persons, TODAY)
    clock = Clock(tmp_path_factory.mktemp("clock") / "shift")
    run = Run(world, clock, lambda *_: None)
    run.steps(make_items(world))
    assert clock.offset == datetime.timedelta()
    return run, gateway


def test_everything_can_be_loaded(rehearsed):
    run, gateway = rehearsed
    assert not run.failed and not run.missing
    assert len(gateway.calls) > 500


def test_each_request_id_is_used_for_one_request_only(rehearsed):
    _, gateway = rehearsed
    ids = collections.Counter(r.request_id for *_, r in gateway.calls if getattr(r, "request_id", ""))
    assert len(ids) > 300 and max(ids.values()) == 1
    assert request_id("a", 1) == request_id("a", 1) != request_id("a", 2)


def test_calls_are_made_by_those_who_may(rehearsed, persons):
    _, gateway = rehearsed
    for login, role, method, _ in gateway.calls:
        assert role in persons[login].roles, (login, role, method)


def test_national_ids_are_synthetic_and_valid(persons):
    for person in persons:
        born = person.birth_date
        numbers = (tenor_number(born.year, born.month, born.day, serial) for serial in range(20))
        assert person.national_id in numbers, person.login


def test_there_are_enough_people_in_enough_services(persons):
    kinds = collections.Counter(p.kind for p in persons)
    services = {p.organization_number for p in persons if p.roles == ["PRACTITIONER"]}
    assert kinds["citizen"] >= 40 and kinds["professional"] >= 60 and len(services) >= 12
    assert {p.language for p in persons} == {"nb", "nn", "se", "en"}


def test_reference_data_knows_every_organization(persons):
    data = reference_pb2.ReferenceData()
    json_format.Parse((ROOT / "reference-data/fjordvik.json").read_text(), data)
    known = {o.name: o.display_name for o in data.organizations}
    for person in persons:
        if person.organization_number:
            assert known[person.organization] == person.organization_name
    assert {u.organization for u in data.units} <= set(known)


def test_there_are_notices_in_every_state_from_every_kind_of_source():
    states = collections.Counter(n["expect"] for n in NOTICES.values())
    assert len(NOTICES) >= 25
    assert set(states) == {
        "DRAFT", "SUBMITTED", "IN_TRIAGE", "AWAITING_INFO", "ACCEPTED", "CLOSED_DONE",
        "REJECTED_NOT_ELIGIBLE", "DECLINED_BY_USER", "FORWARDED", "MERGED", "WITHDRAWN",
        "ENTERED_IN_ERROR"}
    assert len({n["source"] for n in NOTICES.values()}) >= 8


def test_there_are_plans_of_all_sizes_in_both_forms_of_norwegian(persons):
    sizes = [(len(p["goals"]), len(p["activities"])) for p in PLANS.values()]
    assert len(PLANS) >= 15 and min(sizes) == (1, 1) and max(sizes) >= (8, 20)
    languages = collections.Counter(persons[p["owner"]].language for p in PLANS.values())
    assert languages["nn"] >= 5 and languages["nb"] >= 5
    areas = {g["area"] for p in PLANS.values() for g in p["goals"].values()}
    assert {"WORK", "HOUSING", "SCHOOL", "SUBSTANCE_USE", "HEALTH", "FAMILY", "LEISURE"} <= areas


def test_an_active_plan_is_complete():
    for name, plan in PLANS.items():
        if plan.get("state", "ACTIVE") == "DRAFT":
            continue
        for activity in plan["activities"]:
            assert activity["extent"] and activity["how"], (name, activity["title"])
        for need in ("period", "needs", "strengths", "next_evaluation"):
            assert plan.get(need), (name, need)
        assert "collaboration" in plan or plan.get("collaboration_none_needed"), name
        assert all(p["contribution"] and "OVERVIEW" in p["sees"] for p in plan["participants"].values())


def test_whoever_is_responsible_sees_the_activities_and_nothing_begins_without_a_decision():
    for name, plan in PLANS.items():
        for activity in plan["activities"]:
            who = activity["by"]
            if who not in ("owner", plan["coordinator"]["who"]):
                assert "ACTIVITIES" in plan["participants"][who]["sees"], (name, activity["title"])
            if activity.get("execution", "NOT_STARTED") not in ("NOT_STARTED", "SCHEDULED"):
                assert activity.get("decision", "GRANTED") in ("GRANTED", "PARTLY_GRANTED"), name


def test_evaluations_lie_around_today():
    days = {p["next_evaluation"]["day"] for p in PLANS.values() if "next_evaluation" in p}
    assert {-5, 5, 13, 40} <= days


def test_meetings_and_work_fall_on_working_days(persons):
    for n in range(14):
        world = World(Rehearsal(persons), persons, TODAY + datetime.timedelta(days=n))
        for day in (-30, -5, 13, 40, 75):
            d = world.meeting_date(day)
            assert datetime.date(d.year, d.month, d.day).weekday() < 5
        steps = make_items(world)
        assert all(world.moment(s).weekday() < 5 or world.moment(s).date() == world.today for s in steps)
        assert [s.day for s in steps] == sorted(s.day for s in steps)


def test_texts_fit():
    def texts(value):
        if isinstance(value, dict):
            for v in value.values():
                yield from texts(v)
        elif isinstance(value, list):
            for v in value:
                yield from texts(v)
        elif isinstance(value, str):
            yield value

    for name, spec in [*NOTICES.items(), *PLANS.items()]:
        for text in texts(spec):
            assert len(text) <= 1000 and "  " not in text.strip(), (name, text)
        for activity in spec.get("activities", []):
            assert len(activity["title"]) <= 200


def test_the_clock_file_is_what_the_services_read(tmp_path):
    clock = Clock(tmp_path / "shift")
    clock.advance(days=21)
    assert (tmp_path / "shift").read_bytes() == (21 * 86400 * 10**6).to_bytes(8, "little")
    clock.set(datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
    assert abs(clock.now() - datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)).seconds < 5
    clock.reset()
    assert clock.offset == datetime.timedelta()


def test_persons_file_is_what_the_identity_provider_takes():
    data = json.loads((ROOT / "tools/seed/persons.json").read_text())
    logins = [p["login"] for p in data["persons"]]
    assert len(set(logins)) == len(logins)
    assert any(system.get("redirect_uris") for system in data["systems"])
