"""The main job, driven through the gateway as people and systems would:

notice -> queue -> take -> accept -> coordinator -> plan -> approval -> activation -> reminder mail.

    MainJob(suite, say).run()     # each step is said with its time; StepFailed tells what went wrong
"""

import datetime
import time
import types
import urllib.parse

import requests

from tools.lib.clock import OSLO, Clock
from tools.lib.ipclient import CallFailed, Gateway
from tools.lib.mails import MailSink
from tools.lib.persons import Persons
from tools.seed.notices import notice_item
from tools.seed.plans import plan_item
from tools.seed.world import World

from individuellplan.notification.v1 import notification_service_pb2 as notification
from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.referral.v1 import referral_service_pb2 as referral

PATIENCE = 60  # seconds until a mail must have come
NOTIFIER, CASE_WORKER, COORDINATOR = "eva", "sara", "kari"
# Owners that other demo data leave alone, each with a responsible of their own: whoever has several
# duties on one day gets one mail for all of them.
OWNERS = {"sigrun": "lise", "jostein": "ngozi", "maryam": "tonje", "leif": "marianne"}
GOAL = "Jeg vil spille trekkspill i kafeen på lørdager."

# Wednesdays are never Easter, Ascension or Whitsun; these fixed days may fall on one.
_RED_DAYS = {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (5, 1), (5, 17)}

# Who could help when a call of a service fails.
_SERVICES = {"ReferralService": "referral-service", "PlanService": "plan-service",
             "AccessService": "plan-service", "NotificationService": "notification-service",
             "login": "identity-provider", "token": "identity-provider"}


class StepFailed(Exception):
    """A step did not come out as it must; the message says which, why and what to look at."""


def evaluation_day(today):
    """A Wednesday at least five weeks ahead whose reminders, two weeks and one week before, fall on
    working days."""
    for ahead in range(35, 100):
        day = today + datetime.timedelta(days=ahead)
        before = [day - datetime.timedelta(days=n) for n in (0, 7, 14)]
        if day.weekday() == 2 and not any((d.month, d.day) in _RED_DAYS for d in before):
            return day
    raise AssertionError("unreachable")


class MainJob:
    def __init__(self, suite, say):
        self.suite, self.say = suite, say
        self.persons = Persons(suite.persons_file)
        self.clock = Clock(suite.clock_file)
        self.mails = MailSink(suite.mail_url)
        self.gateway = Gateway(suite.gateway_address, self.persons, helseid=suite.helseid_url,
                               secrets=suite.folder / "idp")
        self.world = World(self.gateway, self.persons, self.clock.today())
        self.made = types.SimpleNamespace()

    def run(self):
        for step, what in self.steps():
            begin = time.monotonic()
            try:
                step()
            except StepFailed:
                raise
            except CallFailed as failure:
                raise StepFailed(f"{what}: {failure}{self._advice(failure)}") from failure
            except requests.RequestException as failure:
                raise StepFailed(f"{what}: no answer over HTTP: {failure}") from failure
            except AssertionError as failure:
                raise StepFailed(f"{what}: {failure}") from failure
            self.say(f"{what} ({(time.monotonic() - begin) * 1000:.0f} ms)")

    def steps(self):
        """Each step with what it shows, in order. Tests may stop, kill and go on between them."""
        yield self.choose_owner, "a person without a plan logs in"
        yield self.send_notice, "a doctor sends a notice of need"
        yield self.see_queue, "the notice lies in the intake queue"
        yield self.take, "a case worker takes it"
        yield self.accept, "the case worker accepts it; the plan is opened and a coordinator asked"
        yield self.coordinator_accepts, "the coordinator accepts; the notice closes by itself"
        yield self.fill_in, "goal, activity, participants, consents and evaluation date are in the plan"
        yield self.approve, "the owner approves and the coordinator activates the plan"
        yield lambda: self.remind(14), "two weeks before the evaluation a reminder arrives by mail"
        yield self.check_mail, "the mail tells nothing about anybody, and its link opens the evaluation"
        yield lambda: self.remind(7), "one week before, the next reminder arrives"

    # Notice.

    def choose_owner(self):
        for login in OWNERS:
            summaries = self.gateway.person(login).plan.ListPlans(plans.ListPlansRequest()).plans
            if not summaries:
                self.owner, self.responsible = login, OWNERS[login]
                return
        raise StepFailed(f"all of {', '.join(OWNERS)} have plans already: use a new database")

    def send_notice(self):
        person = self.persons[self.owner]
        self.notice = notice_item(self.world, f"mainjob-{self.owner}", {
            "about": self.owner, "from": NOTIFIER, "source": "GENERAL_PRACTITIONER", "submitted": 0,
            "observed": 0, "areas": ["HEALTH", "LEISURE"], "asks": "PLAN_AND_COORDINATOR",
            "text": f"{person.name} trenger samordnet hjelp over lang tid og har selv bedt om en plan.",
            "consent": {"kind": "CONSENT", "day": 0}, "told": {"day": 0, "by": "Eva Lund"},
            "steps": [
                {"day": 0, "by": CASE_WORKER, "take": True},
                {"day": 0, "by": CASE_WORKER, "accept": "PLAN_AND_COORDINATOR", "laws": ["HOL_7_1"],
                 "coordinator": COORDINATOR, "reasons": "Behovet er langvarig og gjelder flere tjenester."},
                {"day": 0, "by": COORDINATOR, "coordinator_accepts": True}],
            "expect": "CLOSED_DONE"})
        self._run(self.notice, 2)

    def see_queue(self):
        name = self.notice.made["notice"].name
        queue = self.gateway.person(CASE_WORKER, "CASE_WORKER").referral.ListQueue(
            referral.ListQueueRequest(unit="units/fjordvik", page_size=200))
        if name not in [item.name for item in queue.items]:
            raise StepFailed(f"{name} was sent but does not lie in the queue of units/fjordvik")

    def take(self):
        self._run(self.notice, 1)

    def accept(self):
        self._run(self.notice, 1)

    def coordinator_accepts(self):
        self._run(self.notice, 2)

    # Plan.

    def fill_in(self):
        self.world.items[self.notice.name] = self.notice
        self.due = evaluation_day(self.world.today)
        due = (self.due - self.world.today).days
        self.plan = plan_item(self.world, f"mainjob-{self.owner}", {
            "owner": self.owner, "notice": self.notice.name.removeprefix("notices/"), "opened": 0,
            "legal_bases": ["HOL_7_1"], "activated": 0, "period": [0, 365],
            "coordinator": {"who": COORDINATOR, "contribution": "Holder i trådene."},
            "strengths": [{"area": "LEISURE", "text": "Kan over hundre viser utenat."}],
            "needs": [{"area": "HEALTH", "text": "Hjelp til å komme ut av huset."}],
            "collaboration_none_needed": True,
            "participants": {self.responsible: {
                "contribution": "Blir med til kafeen.",
                "sees": ["OVERVIEW", "GOALS", "ACTIVITIES", "EVALUATIONS"]}},
            "goals": {"spille": {"area": "LEISURE", "words": GOAL, "state": "ACTIVE"}},
            "activities": [{
                "title": "Øve i kafeen", "goals": ["spille"], "by": self.responsible,
                "extent": "Annenhver lørdag", "how": "To viser første gang, så flere."}],
            "next_evaluation": {"day": due, "place": "Kafeen"}})
        steps = [step.what for step in self.plan.steps]
        self._run(self.plan, next(i for i, what in enumerate(steps) if "approves" in what))

    def approve(self):
        self._run(self.plan, 2)
        self._run(self.plan, len(self.plan.steps))  # the goal becomes active; the state is as it must be

    # Reminder.

    def remind(self, days):
        address = self.persons[self.responsible].work_email
        seen = {mail.id for mail in self.mails.mails(address)}
        moment = datetime.datetime.combine(self.due, datetime.time(10), OSLO)
        self.clock.set(moment - datetime.timedelta(days=days))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for mail in self.mails.wait(address, seen, end - time.monotonic()):
                seen.add(mail.id)
                found = self._notification(mail)
                if found and found.obligation.startswith(f"{self.plan_name()}/evaluations/"):
                    self.mail, self.notification = mail, found
                    return
        raise StepFailed(
            f"no reminder to {address} within {PATIENCE} s of moving the clock to {days} days before the "
            "evaluation: is notification-service running, and can it reach plan-service and the mail sink?")

    def check_mail(self):
        text = self.mail.everything().lower()
        words = [GOAL, "trekkspill", "øve i kafeen", "kafeen", self.plan_name().split("/")[1],
                 self.notification.obligation.split("/")[-1], "hjemmetjenesten"]
        owner = self.persons[self.owner]
        words += [*owner.name.split(), owner.national_id, owner.mobile, owner.email]
        told = [word for word in words if word.lower() in text]
        if told:
            raise StepFailed(f"the mail tells: {', '.join(told)}")
        browser = self.gateway.person(self.responsible, browser=True)
        page = browser.open(self._link(self.mail))
        if not page.ok:
            raise StepFailed(f"the link in the mail answers HTTP {page.status_code} after login")
        opened = browser.notification.GetNotification(
            notification.GetNotificationRequest(name=self.notification.name))
        if opened.obligation != self.notification.obligation:
            raise StepFailed(f"the link opens {opened.obligation}, not the evaluation")
        try:
            self.gateway.person(NOTIFIER).notification.GetNotification(
                notification.GetNotificationRequest(name=self.notification.name))
        except CallFailed as failure:
            if failure.code == "NOT_FOUND":
                return
            raise
        raise StepFailed("somebody else than the recipient can open the notification")

    def _notification(self, mail):
        """What the link of the mail opens for its recipient; None when it holds no such link."""
        link = self._link(mail)
        if not link:
            return None
        name = "notifications/" + urllib.parse.urlsplit(link).path.rstrip("/").split("/")[-1]
        try:
            return self.gateway.person(self.responsible).notification.GetNotification(
                notification.GetNotificationRequest(name=name))
        except CallFailed as failure:
            if failure.code in ("NOT_FOUND", "INVALID_ARGUMENT"):
                return None
            raise

    def _link(self, mail):
        return next((link.rstrip(".,)") for link in mail.links() if link.startswith(self.suite.url)), "")

    # Helpers.

    def plan_name(self):
        return self.notice.made["notice"].acceptance.plan

    def _run(self, item, count):
        for step in item.steps[:count]:
            step.run()
        del item.steps[:count]

    def _advice(self, failure):
        service = _SERVICES.get(failure.method.split("/")[0], "gateway")
        log = f"{self.suite.folder}/logs/{service}.log"
        if failure.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
            return f"\n  Is {service} running? Its log is {log}."
        if failure.code == "UNIMPLEMENTED":
            return f"\n  {service} does not have this method yet."
        return f"\n  See {log}."
