import json
import pathlib
import subprocess
import sys

import pytest
import requests

TOOLS = pathlib.Path(__file__).parent.parent
EXAMPLE = TOOLS / "idp" / "persons.example.json"


def start(persons, **env):
    return subprocess.Popen(
        [sys.executable, TOOLS / "krr" / "krr.py", "--persons", persons],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


@pytest.fixture
def krr(tmp_path):
    """(url, persons file); the file may be changed."""
    file = tmp_path / "persons.json"
    file.write_text(EXAMPLE.read_text())
    process = start(file)
    yield json.loads(process.stdout.readline())["url"] + "/rest/v2/personer", file
    process.kill()
    process.wait()


def number(login):
    persons = json.loads(EXAMPLE.read_text())["persons"]
    return next(p["national_id"] for p in persons if p["login"] == login)


def test_answers_like_the_register(krr):
    url, _ = krr
    asked = [number("kari"), number("ola"), number("jonas")]
    kari, ola, jonas = requests.post(url, json={"personidentifikatorer": asked}).json()["personer"]
    assert kari == {
        "personidentifikator": number("kari"),
        "reservasjon": "NEI",
        "status": "AKTIV",
        "varslingsstatus": "KAN_VARSLES",
        "kontaktinformasjon": {
            "epostadresse": "kari.nordli@example.com",
            "mobiltelefonnummer": "+4799999901",
        },
        "spraak": "nb",
    }
    assert (ola["reservasjon"], ola["varslingsstatus"], ola["spraak"]) == ("JA", "KAN_IKKE_VARSLES", "nn")
    assert jonas["status"] == "IKKE_REGISTRERT" and "kontaktinformasjon" not in jonas


def test_reads_a_changed_file(krr):
    url, file = krr
    file.write_text(file.read_text().replace("kari.nordli@example.com", "ny@example.com"))
    person = requests.post(url, json={"personidentifikatorer": [number("kari")]}).json()["personer"][0]
    assert person["kontaktinformasjon"]["epostadresse"] == "ny@example.com"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"personidentifikatorer": ["1"]}', '{"personidentifikatorer": 1}'])
def test_refuses_what_is_no_request(krr, body):
    assert requests.post(krr[0], data=body).status_code == 400


def test_does_not_run_in_production():
    process = start(EXAMPLE, IP_ENV="prod")
    _, error = process.communicate(timeout=10)
    assert process.returncode == 1 and "IP_ENV=prod" in error
