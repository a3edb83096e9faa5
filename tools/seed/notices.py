"""From tools/seed/notices/*.yaml to calls: who writes the notice, who takes it, what comes of it."""

import time

from tools.lib.ipclient import CallFailed
from tools.seed.world import LANGUAGES, Item, areas, laws

from individuellplan.plan.v1 import plan_service_pb2
from individuellplan.referral.v1 import need_notice_pb2 as notices
from individuellplan.referral.v1 import referral_service_pb2 as referral

PATIENCE = 30  # seconds until something the services do by themselves must have happened


def notice_item(world, name, spec):
    item = Item(f"notices/{name}", spec)
    builder = _Builder(world, item)
    builder.build()
    item.is_there = builder.is_there
    return item


def candidate(world, login):
    p = world.persons[login]
    return referral.CoordinatorCandidate(
        identity=world.identity(login), display_name=p.name, organization=p.organization,
        organization_display_name=p.organization_name, work_email=p.work_email, phone=p.phone)


class _Builder:
    def __init__(self, world, item):
        self.world, self.item, self.spec = world, item, item.spec
        self.author = item.spec["from"]

    def build(self):
        first = self.spec.get("submitted", self.spec.get("created"))
        self.item.step(first, f"{self.author} writes", self.create)
        if "submitted" in self.spec:
            self.item.step(first, f"{self.author} sends", self.submit)
        for number, step in enumerate(self.spec.get("steps", [])):
            kind = next(k for k in _STEPS if k in step)
            self.item.step(step["day"], f"{step['by']}: {kind}",
                           lambda kind=kind, step=step, number=number:
                           getattr(self, "do_" + kind)(step, number))
        self.item.step(0, f"is {self.spec['expect']}", self.check)

    # What the notifier does.

    def notice(self):
        spec, subject, author = self.spec, self.world.persons[self.spec["about"]], self.author_person()
        notice = notices.NeedNotice(
            need_description=spec["text"].strip(), life_areas=areas(spec["areas"]),
            requested_outcome=notices.NeedNotice.Outcome.Value(spec["asks"]),
            current_services=spec.get("services_today", []))
        notice.subject.display_name = subject.name
        notice.subject.birth_date.CopyFrom(self.world.birth_date(spec["about"]))
        notice.subject.municipality_code = spec.get("municipality", "4699")
        notice.subject.phone = getattr(subject, "mobile", "")
        notice.subject.language = LANGUAGES[subject.language]
        notice.subject.interpreter_languages.extend(spec.get("interpreter", []))
        notice.notifier.display_name = author.name
        notice.notifier.source = notices.Notifier.Source.Value(spec["source"])
        notice.notifier.phone = author.phone or getattr(author, "mobile", "")
        notice.notifier.work_email = author.work_email
        notice.notifier.relation = spec.get("relation", "")
        if "unit" in spec:
            notice.unit = f"units/{spec['unit']}"
        if "observed" in spec:
            notice.need_observed_date.CopyFrom(self.world.date(spec["observed"]))
        notice.urgency = notices.NeedNotice.ROUTINE
        if "urgency_reason" in spec:
            notice.urgency = notices.NeedNotice.URGENT
            notice.urgency_reason = spec["urgency_reason"]
        if "consent" in spec:
            consent = notice.consent_basis
            consent.kind = notices.ConsentBasis.Kind.Value(spec["consent"]["kind"])
            consent.explanation = spec["consent"].get("explanation", "")
            if "day" in spec["consent"]:
                consent.consent_date.CopyFrom(self.world.date(spec["consent"]["day"]))
        if "told" in spec:
            notice.rights_information.given = True
            notice.rights_information.given_by = spec["told"]["by"]
            notice.rights_information.given_date.CopyFrom(self.world.date(spec["told"]["day"]))
        return notice

    def author_person(self):
        return self.world.persons[self.author]

    def create(self):
        request = referral.CreateNoticeRequest(notice=self.notice(), request_id=self.item.id("create"))
        if self.author != self.spec["about"]:
            request.subject_identity.CopyFrom(self.world.identity(self.spec["about"]))
        self.item.made["notice"] = self.by(self.author).CreateNotice(request)

    def submit(self):
        self.keep(self.by(self.author).SubmitNotice(self.action("submit")))

    def do_answer(self, step, number):
        self.keep(self.by(step["by"]).ProvideInformation(self.request(
            referral.ProvideInformationRequest, number, answer=step["answer"])))

    def do_withdraw(self, step, number):
        self.keep(self.by(step["by"]).WithdrawNotice(self.action(number, step["withdraw"])))

    # What the unit does.

    def do_take(self, step, number):
        login = step["by"]
        if login not in self.world.ids:
            # Only the services can make a "persons/{person}"; the first take tells the case worker's own.
            taken = self.unit(login).TakeNextNotice(referral.TakeNextNoticeRequest(
                unit=self.home_unit(login), request_id=self.item.id(number, "next")))
            self.world.ids[login] = taken.assignee
            if taken.name == self.notice_now().name:
                return self.keep(taken)
            self.unit(login).ReleaseNotice(referral.ActionRequest(
                name=taken.name, etag=taken.etag, request_id=self.item.id(number, "release")))
        self.keep(self.unit(login).AssignNotice(self.request(
            referral.AssignNoticeRequest, number, assignee=self.world.ids[login],
            assignee_display_name=self.world.persons[login].name)))

    def do_ask(self, step, number):
        request = self.request(referral.RequestInformationRequest, number)
        request.information_request.question = step["ask"]
        request.information_request.answer_due_date.CopyFrom(self.world.date(step["due"]))
        self.keep(self.unit(step["by"]).RequestInformation(request))

    def do_preliminary_reply(self, step, number):
        request = self.request(referral.SendPreliminaryReplyRequest, number)
        request.preliminary_reply.reason = step["preliminary_reply"]
        request.preliminary_reply.expected_date.CopyFrom(self.world.date(step["expected"]))
        self.keep(self.unit(step["by"]).SendPreliminaryReply(request))

    def do_accept(self, step, number):
        request = self.request(referral.AcceptNoticeRequest, number)
        request.decision.outcome = notices.NeedNotice.Outcome.Value(step["accept"])
        request.decision.legal_bases.extend(laws(step["laws"]))
        request.decision.reasons = step.get("reasons", "")
        request.coordinator.CopyFrom(candidate(self.world, step["coordinator"]))
        if self.author == self.spec["about"]:  # came without the number: the unit looks it up
            request.subject_identity.CopyFrom(self.world.identity(self.spec["about"]))
        self.keep(self.unit(step["by"]).AcceptNotice(request))
        # The plan is opened and the coordinator asked in the background.
        self.wait(step["by"], lambda n: n.acceptance.step >= notices.Acceptance.AWAITING_COORDINATOR)

    def do_reject(self, step, number):
        request = self.request(referral.RejectNoticeRequest, number)
        request.decision.reasons = step["reject"]
        request.decision.legal_bases.extend(laws(step["laws"]))
        request.decision.complaint_information_given = True
        self.keep(self.unit(step["by"]).RejectNotice(request))

    def do_decline(self, step, number):
        request = self.request(referral.DeclineNoticeRequest, number)
        request.decision.reasons = step["decline"]
        request.decision.legal_bases.extend(laws(step["laws"]))
        request.decision.coordinator_alone_offered = True
        self.keep(self.unit(step["by"]).DeclineNotice(request))

    def do_forward(self, step, number):
        self.keep(self.unit(step["by"]).ForwardNotice(self.request(
            referral.ForwardNoticeRequest, number, unit=f"units/{step['forward']}",
            reason=step["reason"])))

    def do_merge_into(self, step, number):
        other = self.world.items[f"notices/{step['merge_into']}"].made["notice"].name
        self.keep(self.unit(step["by"]).MergeNotice(self.request(
            referral.MergeNoticeRequest, number, into=other, reason=step["reason"])))

    def do_error(self, step, number):
        self.keep(self.unit(step["by"]).MarkNoticeEnteredInError(self.action(number, step["error"])))

    # What the nominated coordinator does.

    def do_coordinator_accepts(self, step, number):
        plan = self.world.person(step["by"], "PRACTITIONER").plan
        self.item.made["appointment"] = plan.AcceptCoordinatorAppointment(
            self.appointment_action(step, number))
        self.wait(self.taker(), lambda n: n.state == notices.NeedNotice.CLOSED_DONE)

    def do_coordinator_declines(self, step, number):
        plan = self.world.person(step["by"], "PRACTITIONER").plan
        plan.DeclineCoordinatorAppointment(
            self.appointment_action(step, number, step["coordinator_declines"]))
        self.wait(self.taker(), lambda n: n.acceptance.step == notices.Acceptance.COORDINATOR_DECLINED)

    def appointment_action(self, step, number, reason=""):
        acceptance = self.notice_now().acceptance
        plan = self.world.person(step["by"], "PRACTITIONER").plan.GetPlan(
            plan_service_pb2.GetPlanRequest(name=acceptance.plan))
        etag = next(a.etag for a in plan.coordinator_appointments if a.name == acceptance.appointment)
        return plan_service_pb2.ActionRequest(
            name=acceptance.appointment, etag=etag, reason=reason, request_id=self.item.id(number))

    # How it stands in the end.

    def check(self):
        found = notices.NeedNotice.State.Name(self.read(self.notice_now().name).state)
        if found != self.spec["expect"]:
            raise AssertionError(f"{self.item.name} is {found}, it should be {self.spec['expect']}")

    def is_there(self):
        """True when an earlier run has brought the notice to its end; it is then known again."""
        sent = self.by(self.author).ListMyNotices(referral.ListMyNoticesRequest(page_size=200)).notices
        mine = [n for n in sent if n.need_description == self.spec["text"].strip()
                and notices.NeedNotice.State.Name(n.state) == self.spec["expect"]]
        if not mine:
            return False
        self.keep(self.read(mine[0].name))
        last = self.spec.get("steps", [{}])[-1]
        declined = self.notice_now().acceptance.step == notices.Acceptance.COORDINATOR_DECLINED
        return declined == ("coordinator_declines" in last)

    def read(self, name):
        login = self.taker()
        caller = self.unit(login) if login else self.by(self.author)
        return caller.GetNotice(referral.GetNoticeRequest(name=name))

    # Small helpers.

    def by(self, login):
        return self.world.person(login).referral

    def unit(self, login):
        return self.world.person(login, "CASE_WORKER").referral

    def taker(self):
        return next((s["by"] for s in self.spec.get("steps", []) if "take" in s), None)

    def home_unit(self, login):
        return {"999990020": "units/fjordheim-sykehus", "999990040": "units/lyngnes"}.get(
            self.world.persons[login].organization_number, "units/fjordvik")

    def notice_now(self):
        return self.item.made["notice"]

    def keep(self, notice):
        self.item.made["notice"] = notice

    def request(self, kind, number, **fields):
        return kind(name=self.notice_now().name, etag=self.notice_now().etag,
                    request_id=self.item.id(number), **fields)

    def action(self, number, reason=""):
        return self.request(referral.ActionRequest, number, reason=reason)

    def wait(self, login, done):
        """Reads the notice until `done`; the services go on by themselves."""
        end = time.monotonic() + PATIENCE
        while True:
            notice = self.unit(login).GetNotice(referral.GetNoticeRequest(name=self.notice_now().name))
            self.keep(notice)
            if done(notice):
                return
            if time.monotonic() > end:
                raise CallFailed(
                    "GetNotice", "DEADLINE_EXCEEDED",
                    f"{self.item.name} still stands at {notices.NeedNotice.State.Name(notice.state)} / "
                    f"{notices.Acceptance.Step.Name(notice.acceptance.step)} after {PATIENCE} s")
            time.sleep(0.1)


_STEPS = [name.removeprefix("do_") for name in vars(_Builder) if name.startswith("do_")]
