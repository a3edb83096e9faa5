"""What the loader knows while it loads: who calls, which day it is, what was made so far."""

import dataclasses
import datetime
import functools
import pathlib
import typing

import yaml

from tools.lib.clock import OSLO
from tools.lib.ipclient import request_id

from google.type import date_pb2
from individuellplan.type.v1 import access_pb2, common_pb2

HERE = pathlib.Path(__file__).resolve().parent
_RED_DAYS = {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (5, 1), (5, 17)}
LANGUAGES = {"nb": common_pb2.NB, "nn": common_pb2.NN, "se": common_pb2.SE, "en": common_pb2.EN}


@dataclasses.dataclass
class Step:
    """One thing that one person does."""

    day: int  # relative to today, 0 or less
    item: str  # "notices/arne-slag", "plans/ola"
    place: int  # in the item
    what: str
    run: typing.Callable


class Item:
    """One file: its data, the steps it makes and what came of them.

    `is_there()` tells whether an earlier run has done them all."""

    def __init__(self, name, spec):
        self.name, self.spec = name, spec
        self.steps = []
        self.made = {}  # names and last answers, by key

    def step(self, day, what, run):
        # An item's own order is kept even where the file's days would turn it round.
        day = min(0, max(day, self.steps[-1].day if self.steps else day))
        self.steps.append(Step(day, self.name, len(self.steps), what, run))

    def id(self, *words):
        return request_id("seed", self.name, *words)


class World:
    def __init__(self, gateway, persons, today):
        self.gateway, self.persons, self.today = gateway, persons, today
        self.items = {}
        self.ids = {}  # case workers' "persons/{person}", by login

    def person(self, login, role=""):
        return self.gateway.person(login, role)

    def date(self, day):
        return _date(self.today + datetime.timedelta(days=day))

    def meeting_date(self, day):
        """The working day nearest to that day: in the past the one before, else the one after."""
        d = self.today + datetime.timedelta(days=day)
        while d.weekday() > 4 or (d.month, d.day) in _RED_DAYS:
            d += datetime.timedelta(days=-1 if day < 0 else 1)
        return _date(d)

    def period(self, days):
        period = common_pb2.Period(start_date=self.date(days[0]))
        if len(days) > 1:
            period.end_date.CopyFrom(self.date(days[1]))
        return period

    def identity(self, login):
        return common_pb2.PersonIdentity(national_id=self.persons[login].national_id)

    def birth_date(self, login):
        return _date(self.persons[login].birth_date)

    def moment(self, step):
        """When a step happens: in working hours, each item at a time of day of its own; what falls on a
        weekend, on Monday."""
        day = self.today + datetime.timedelta(days=step.day)
        day += datetime.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
        morning = datetime.datetime.combine(min(day, self.today), datetime.time(), OSLO)
        return morning + datetime.timedelta(minutes=_minute(step), seconds=20 * step.place)

    @staticmethod
    def order(step):
        return step.day, _minute(step), step.item, step.place


def _minute(step):
    return 8 * 60 + sum(step.item.encode()) * 37 % 420


def _date(d):
    return date_pb2.Date(year=d.year, month=d.month, day=d.day)


def area(word):
    return common_pb2.LifeArea.Value(word)


def areas(words):
    return [area(word) for word in words]


def laws(words):
    return [common_pb2.LegalBasis.Value(word) for word in words]


def sections(words):
    return [access_pb2.Section.Value(word) for word in words]


@functools.cache
def load_files(folder):
    """The files of tools/seed/FOLDER as (name, data)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [(file.stem, yaml.load(file.read_text(encoding="utf-8"), loader))
            for file in sorted((HERE / folder).glob("*.yaml"))]
