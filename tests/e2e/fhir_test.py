"""FHIR R4 at the gateway: demo plans read, validated by others' validators, carried round, imported."""

import json
import subprocess
import urllib.parse

import pytest
import requests

from tests.e2e.conftest import ROOT
from tools.lib import generated  # noqa: F401
from tools.suite.suite import BIN

from individuellplan.plan.v1 import plan_service_pb2 as plans

OWNERS = ["ola", "borghild", "trond", "tuva", "emil", "elle", "geir", "halvard", "krzysztof", "priya", "rania", "roger",
          "sander", "wenche", "abdirahman", "ingvild"]


@pytest.fixture(scope="module")
def validator():
    folder = ROOT / "tests/fhir"
    subprocess.run(["bash", "-c", ". scripts/lib/common.sh && ensure_npm tests/fhir"], cwd=ROOT, check=True)

    def validate(resources, *flags):
        return subprocess.run(["node", folder / "validate.mjs", *flags], text=True, capture_output=True, timeout=240,
                              input="\n".join(json.dumps(r) if isinstance(r, dict) else r for r in resources))
    return validate


@pytest.fixture(scope="module")
def get(suite, gateway):
    """Reads as a professional with a token, or as a citizen with the browser's session."""
    def read(login, path, **parameters):
        url = f"{suite.url}/fhir/R4/{path}"
        if gateway.persons[login].kind == "citizen":
            caller = gateway.person(login)
            caller.open(suite.url)
            return caller._session.get(url, params=parameters, timeout=20)
        token = gateway._person_token(login)
        return requests.get(url, params=parameters, headers={"authorization": f"Bearer {token}"}, timeout=20)
    return read


@pytest.fixture(scope="module")
def bundles(get, demo, gateway):
    """Every demo plan, as its owner (or who represents them) exports it: {plan name: the answer's text}."""
    found = {}
    for login in OWNERS:
        for summary in gateway.person(login).plan.ListPlans(plans.ListPlansRequest()).plans:
            answer = get(login, f"CarePlan/{summary.name.removeprefix('plans/')}/$everything")
            assert answer.status_code == 200, answer.text
            found[summary.name] = answer.text
    return found


def test_all_demo_plans_are_valid_and_come_back_byte_by_byte(suite, bundles, validator):
    assert len(bundles) >= 15
    checked = validator(bundles.values())
    print(checked.stdout)
    assert checked.returncode == 0, checked.stderr
    again = subprocess.run([BIN / "fhir-roundtrip", "check", f"{suite.url}/fhir/R4/"], text=True,
                           input="\n".join(bundles.values()), capture_output=True)
    assert again.stdout == f"{len(bundles)} plans, 0 differences\n", again.stderr


def test_a_thousand_generated_plans_too(validator):
    made = subprocess.run([BIN / "fhir-roundtrip", "generate", "1000"], text=True, capture_output=True, check=True)
    again = subprocess.run([BIN / "fhir-roundtrip", "check"], input=made.stdout, text=True, capture_output=True)
    assert again.stdout == "1000 plans, 0 differences\n", again.stderr
    checked = validator(made.stdout.splitlines(), "--schema-only")
    print(checked.stdout)
    assert checked.returncode == 0, checked.stderr


def test_search_and_read(get, bundles, gateway, validator):
    name = gateway.person("ola").plan.ListPlans(plans.ListPlansRequest()).plans[0].name
    patient = f"Patient/{name.removeprefix('plans/')}"
    answers = []
    for kind in ("CarePlan", "CareTeam", "Condition", "Goal", "ServiceRequest", "Task", "Consent", "AuditEvent"):
        answer = get("ola", kind, patient=patient)
        assert answer.status_code == 200 and answer.headers["content-type"] == "application/fhir+json"
        found = answer.json()
        assert found["type"] == "searchset" and {e["resource"]["resourceType"] for e in found["entry"]} == {kind}
        answers.append(found)
        one = found["entry"][0]["resource"]
        assert get("ola", f"{kind}/{one['id']}").json() == one
    active = get("ola", "Goal", patient=patient, **{"lifecycle-status": "active"}).json()["entry"]
    assert active and all(e["resource"]["lifecycleStatus"] == "active" for e in active)
    either = get("ola", "Goal", patient=patient, **{"lifecycle-status": "completed,active"}).json()["entry"]
    assert len(either) >= len(active)
    mine = get("ola", "CarePlan", status="active").json()
    assert [link for link in mine["link"] if link["relation"] == "self"][0]["url"].endswith("CarePlan?status=active")
    status = get("ola", f"CarePlan/{name.removeprefix('plans/')}/$status").json()
    told = {p["name"]: p.get("valueBoolean", p.get("part")) for p in status["parameter"]}
    assert told["activeCarePlan"] is True
    assert {p["name"]: p["valueBoolean"] for p in told["privacySetting"]}["consent"] is True
    answers.append(status)
    capabilities = get("ola", "metadata").json()
    assert capabilities["fhirVersion"] == "4.0.1"
    # The official schema at hand is that of 4.0.0, which knows no later version of itself.
    answers += [mine, {**capabilities, "fhirVersion": "4.0.0"}]
    assert patient == mine["entry"][0]["resource"]["subject"]["reference"]
    checked = validator(answers)
    assert checked.returncode == 0, checked.stderr


def test_the_next_page_is_the_same_search(get, bundles, gateway):
    name = gateway.person("ola").plan.ListPlans(plans.ListPlansRequest()).plans[0].name
    page = get("ola", "AuditEvent", patient=f"Patient/{name.removeprefix('plans/')}", _count=1).json()
    assert len(page["entry"]) == 1
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    assert "_count=1" in following and "patient=Patient" in following
    second = get("ola", following.split("/fhir/R4/")[1]).json()
    assert len(second["entry"]) == 1 and second["entry"] != page["entry"]


def test_who_may_not_read_the_plan_finds_nothing(get, bundles, gateway, suite):
    name = gateway.person("ola").plan.ListPlans(plans.ListPlansRequest()).plans[0].name
    plan = name.removeprefix("plans/")
    for answer in (get("renate", f"CarePlan/{plan}"), get("renate", "Goal", patient=plan),
                   get("ola", "CarePlan/finnes-ikke")):
        assert answer.status_code == 404
        assert answer.json()["issue"][0]["code"] == "not-found"
    assert requests.get(f"{suite.url}/fhir/R4/CarePlan/{plan}", timeout=5).status_code == 401
    # A filter that is not known must not be passed over.
    assert get("ola", "Goal", patient=plan, priority="high").status_code == 501


def test_no_body_ends_the_gateway(suite):
    """The door reads before it asks who calls."""
    def post(body):
        return requests.post(f"{suite.url}/fhir/R4", data=body, timeout=20,
                             headers={"content-type": "application/fhir+json"}).status_code

    number = {"resource": {"resourceType": "Patient", "identifier": [
        {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": 1}]}}
    plan = {"resource": {"resourceType": "CarePlan", "id": "abcd"}}
    assert post('{"entry":' + "[" * 1_000_000 + "]" * 1_000_000 + "}") == 400
    assert post(json.dumps({"resourceType": "Bundle", "entry": [plan, number]})) == 401
    assert requests.get(f"{suite.url}/fhir/R4/metadata", timeout=5).status_code == 200


def test_a_helper_sees_what_is_shared(get, bundles, gateway):
    name = gateway.person("ola").plan.ListPlans(plans.ListPlansRequest()).plans[0].name
    everything = get("lise", f"CarePlan/{name.removeprefix('plans/')}/$everything").json()
    kinds = {entry["resource"]["resourceType"] for entry in everything["entry"]}
    assert "ServiceRequest" in kinds and "Consent" not in kinds
    plan = next(e["resource"] for e in everything["entry"] if e["resource"]["resourceType"] == "CarePlan")
    assert plan["meta"]["security"][0]["code"] == "REDACTED"


def test_import_opens_a_draft_and_brings_the_content(suite, gateway, bundles):
    """Ola's plan moves to Lyngnes, about somebody who has no plan: the unit opens, the owner brings the content."""
    name = gateway.person("ola").plan.ListPlans(plans.ListPlansRequest()).plans[0].name
    bundle = json.loads(bundles[name])
    owner = gateway.persons["karolina"]
    patient = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    patient["identifier"] = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": owner.national_id}]
    patient["name"] = [{"text": owner.name}]
    patient["birthDate"] = owner.birth_date.isoformat()
    body = json.dumps(bundle)
    place = "?" + urllib.parse.urlencode({"unit": "units/lyngnes", "municipality": "4698"})

    def post(path, token):
        return requests.post(f"{suite.url}/fhir/R4{path}", data=body.encode(), timeout=30,
                             headers={"authorization": f"Bearer {token}", "content-type": "application/fhir+json"})

    opened = post(place, gateway._person_token("torbjorn"))
    assert opened.status_code == 201, opened.text
    assert owner.national_id not in opened.text
    again = post(place, gateway._person_token("torbjorn"))
    assert again.headers["location"] == opened.headers["location"]  # the same Bundle opens nothing new

    caller = gateway.person(owner.login)
    caller.open(suite.url)
    brought = caller._session.post(
        opened.headers["location"] + "/$import", data=body.encode(), timeout=60,
        headers={"content-type": "application/fhir+json", "x-ip-csrf": "1", "origin": suite.url})
    assert brought.status_code == 200, brought.text
    plan = caller.plan.GetPlan(plans.GetPlanRequest(name="plans/" + opened.headers["location"].rsplit("/", 1)[1]))
    was = [e["resource"] for e in bundle["entry"]]
    assert {goal.own_words.text for goal in plan.goals} == {
        r["description"]["text"] for r in was if r["resourceType"] == "Goal"}
    assert len(plan.activities) == len([r for r in was if r["resourceType"] == "ServiceRequest"
                                        and r["status"] not in ("completed", "revoked", "entered-in-error")])
    assert plan.state == plan.DRAFT and not any(activity.responsible for activity in plan.activities)


JARS = ("preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api")


def test_the_archives_file_is_pdf_a(bundles, tmp_path):
    """By Apache PDFBox Preflight, a validator of PDF/A-1b."""
    subprocess.run(["bash", "-c", ". scripts/lib/common.sh && ensure_packages $(cat clients/archive/packages tests/fhir/packages)"],
                   cwd=ROOT, check=True)

    def validate(files):
        return subprocess.run(
            ["java", "-cp", ":".join(f"/usr/share/java/{jar}.jar" for jar in JARS),
             "org.apache.pdfbox.preflight.Validator_A1b", *files], capture_output=True, text=True, timeout=240)

    files = [tmp_path / f"{number}.pdf" for number in range(4)]
    for file, bundle in zip(files, bundles.values()):
        subprocess.run([ROOT / "clients/archive/archive", file], input=bundle.encode(), check=True, timeout=60)
    for file in files:
        checked = validate([file])
        assert checked.returncode == 0 and "is a valid PDF/A-1b file" in checked.stdout, checked.stdout + checked.stderr
    bent = tmp_path / "bent.pdf"
    bent.write_bytes(files[0].read_bytes().replace(b"/OutputIntents", b"/OutputIntentX"))
    assert validate([bent]).returncode != 0
