"""The activities of a plan: asked for, answered, decided on, reported."""

from individuellplan.plan.v1 import activity_pb2
from individuellplan.plan.v1 import plan_service_pb2 as plans

REQUESTED = 8  # days after the plan's opening, where the file names no day

Activity = activity_pb2.Activity


class ActivityBuilder:
    """One activity: asked, answered, decided on, reported."""

    def __init__(self, plan, number, spec):
        self.plan, self.number, self.spec = plan, number, spec
        self.last = None

    def ask(self):
        plan, spec = self.plan, self.spec
        asked = spec.get("asked", plan.opened + REQUESTED)
        answered = asked + 1
        self.later(asked, f"asks {spec['by']} to: {spec['title']}", self.create)
        if "due" in spec:
            self.later(asked, f"asks {spec['by']} to answer by a day", self.request)
        answer = spec.get("answer", "accept")
        if answer != "none":
            self.later(answered, f"{spec['by']}: {answer}s", lambda: self.answer(answer))
        if "decision" in spec:
            self.later(answered, f"decision {spec['decision']}", self.decide)
        execution = spec.get("execution", "NOT_STARTED")
        if execution == "NOT_STARTED":
            return
        start, end = spec.get("period", [answered, 0])
        started = max(plan.activated + 1, start, answered + 1)
        self.later(started, f"{spec['by']} begins" if execution != "SCHEDULED" else
                   f"{spec['by']} has set a date",
                   lambda: self.report("SCHEDULED" if execution == "SCHEDULED" else "IN_PROGRESS"))
        if execution not in ("IN_PROGRESS", "SCHEDULED"):
            ended = end if execution == "COMPLETED" else plan.spec["hold"]["day"]
            self.later(max(ended, started + 1), f"{spec['by']}: {execution}",
                       lambda: self.report(execution))

    def later(self, day, what, run):
        self.plan.later.append((min(day, 0), what, run))

    def create(self):
        plan, spec = self.plan, self.spec
        activity = Activity(
            title=spec["title"], extent=spec["extent"], implementation=spec["how"],
            goals=[plan.goals[key].name for key in spec["goals"]],
            life_area=plan.goals[spec["goals"][0]].life_area,
            contributors=[plan.participants[login] for login in spec.get("with", [])],
            decision_reference=spec.get("reference", ""))
        if "due" not in spec:  # with a day of its own, the request is a call of its own
            activity.responsible = plan.participants[spec["by"]]
        if "period" in spec:
            activity.period.CopyFrom(plan.world.period(spec["period"]))
        self.last = plan.as_coordinator().plan.CreateActivity(plans.CreateActivityRequest(
            parent=plan.name, activity=activity, request_id=self.id("create")))

    def request(self):
        self.last = self.plan.as_coordinator().plan.RequestActivity(plans.RequestActivityRequest(
            name=self.last.name, etag=self.last.etag, request_id=self.id("request"),
            responsible=self.plan.participants[self.spec["by"]],
            answer_due_date=self.plan.world.date(self.spec["due"])))

    def answer(self, answer):
        if answer == "accept" and self.last.commitment == Activity.ACCEPTED:
            return  # the coordinator took it on themself when they wrote it
        call = {"accept": "AcceptActivity", "decline": "DeclineActivity"}[answer]
        reason = self.spec.get("reason", "") if answer == "decline" else ""
        self.last = getattr(self.responsible().plan, call)(plans.ActionRequest(
            name=self.last.name, etag=self.last.etag, reason=reason, request_id=self.id(answer)))

    def decide(self):
        self.last = self.plan.as_coordinator().plan.RecordActivityDecision(
            plans.RecordActivityDecisionRequest(
                name=self.last.name, etag=self.last.etag, request_id=self.id("decide"),
                decision=Activity.Decision.Value(self.spec["decision"]),
                decision_reference=self.spec.get("reference", "")))

    def report(self, execution):
        final = execution == self.spec["execution"]
        self.last = self.responsible().plan.ReportActivityProgress(
            plans.ReportActivityProgressRequest(
                name=self.last.name, etag=self.last.etag, request_id=self.id(execution),
                execution=Activity.Execution.Value(execution),
                reason=self.spec.get("reason", "") if final else "",
                note=self.spec.get("note", "") if final else ""))

    def responsible(self):
        login = self.spec["by"]
        return self.plan.by(self.plan.voice if login == "owner" else login)

    def id(self, word):
        return self.plan.item.id("activity", self.number, word)
