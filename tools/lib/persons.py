"""The synthetic persons of tools/seed/persons.json."""

import datetime
import json
import pathlib

FILE = pathlib.Path(__file__).resolve().parents[1] / "seed/persons.json"


def birth_date(national_id):
    """The day of birth that a Tenor number (month + 80) tells."""
    day, month, year = int(national_id[:2]), int(national_id[2:4]) - 80, int(national_id[4:6])
    century = 1900 if int(national_id[6:9]) < 500 else 2000
    return datetime.date(century + year, month, day)


class Person:
    """One entry of the file: login, name, national_id, kind, roles, title, phone … as attributes."""

    def __init__(self, entry):
        self.roles = ["CITIZEN"]
        self.title = self.phone = self.work_email = self.organization_number = ""
        self.organization_name = self.hpr_number = self.municipality_code = ""
        self.language = "nb"
        self.__dict__.update(entry)

    @property
    def birth_date(self):
        return birth_date(self.national_id)

    @property
    def organization(self):
        return f"organizations/{self.organization_number}"


class Persons:
    def __init__(self, file=FILE):
        data = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
        self._by_login = {entry["login"]: Person(entry) for entry in data["persons"]}
        self.systems = {entry["client_id"]: entry for entry in data.get("systems", [])}

    def __getitem__(self, login):
        return self._by_login[login]

    def __contains__(self, login):
        return login in self._by_login

    def __iter__(self):
        return iter(self._by_login.values())
