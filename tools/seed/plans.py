"""From tools/seed/plans/*.yaml to calls: the case worker opens, the coordinator fills in, the owner says
what they want and approves, the responsible answer and report."""

from tools.seed.activities import ActivityBuilder
from tools.seed.notices import candidate
from tools.seed.world import LANGUAGES, Item, area, laws, sections

from individuellplan.plan.v1 import access_service_pb2 as access
from individuellplan.plan.v1 import activity_pb2, care_plan_pb2, care_team_pb2, consent_pb2
from individuellplan.plan.v1 import evaluation_pb2, goal_pb2, text_pb2
from individuellplan.plan.v1 import plan_service_pb2 as plans
from individuellplan.type.v1 import common_pb2

# Days after the opening on which the first work is done, where a file names no day.
ACCEPTED, FILLED_IN, OWN_WORDS, CONSENTED = 2, 5, 6, 7

Goal = goal_pb2.Goal


def plan_item(world, name, spec):
    item = Item(f"plans/{name}", spec)
    builder = _Builder(world, item)
    builder.build()
    item.is_there = builder.is_there
    return item


def owner_text(world, spec, words):
    """OwnText from a string in the owner's language or from {lang, text}."""
    language = world.persons[spec["owner"]].language
    if isinstance(words, dict):
        language, words = words["lang"], words["text"]
    return text_pb2.OwnText(text=words.strip(), language=LANGUAGES[language])


class _Builder:
    def __init__(self, world, item):
        self.world, self.item, self.spec = world, item, item.spec
        self.owner = item.spec["owner"]
        self.voice = item.spec.get("acts_for_owner", self.owner)  # who is logged in for the owner
        self.coordinator = item.spec["coordinator"]["who"]
        self.opened = item.spec["opened"]
        self.activated = item.spec.get("activated")
        self.participants = {}  # login -> name
        self.goals = {}  # key -> last answer

    def build(self):
        self.open()
        self.fill_in()
        self.say()
        self.consent()
        for number, spec in enumerate(self.spec["activities"]):
            ActivityBuilder(self, number, spec).ask()
        for number, spec in enumerate(self.spec.get("comments", [])):
            self.later.append((spec["day"], f"{spec['by']} writes a comment",
                               lambda s=spec, n=number: self.comment(s, n)))
        self.live()
        for day, what, run in sorted(self.later, key=lambda step: step[0]):
            self.step(day, what, run)
        self.step(0, f"is {self.state}", self.check)

    # Opening.

    def open(self):
        self.later = []  # steps after the first work, sorted by day before they are added
        if "notice" in self.spec:
            self.step(self.opened + ACCEPTED + 1, "comes from a notice", self.find)
            return
        self.step(self.opened, f"{self.spec['opened_by']} opens", self.create)
        self.step(self.opened, f"{self.spec['opened_by']} asks {self.coordinator}", self.nominate)
        self.step(self.opened + ACCEPTED, f"{self.coordinator} accepts", self.accept_nomination)
        for number, spec in enumerate(self.spec.get("representatives", [])):
            self.step(self.opened + ACCEPTED, f"{spec['who']} represents the owner",
                      lambda s=spec, n=number: self.represent(s, n))

    def create(self):
        subject = self.world.persons[self.owner]
        plan = care_plan_pb2.CarePlan(
            municipality_code="4699", unit="units/fjordvik", legal_bases=laws(self.spec["legal_bases"]))
        plan.subject.display_name = subject.name
        plan.subject.birth_date.CopyFrom(self.world.birth_date(self.owner))
        plan.subject.language = LANGUAGES[subject.language]
        consent = consent_pb2.Consent(
            kind=consent_pb2.Consent.CREATE_PLAN, informed=True, form_reference=self.spec["consent"],
            form=consent_pb2.Consent.Form.Value(self.spec.get("consent_form", "ORAL")))
        if "representatives" in self.spec:
            consent.grantor_basis = consent_pb2.Representative.Kind.Value(
                self.spec["representatives"][0]["kind"])
        self.plan = self.by(self.spec["opened_by"], "CASE_WORKER").plan.CreatePlan(
            plans.CreatePlanRequest(plan=plan, subject_identity=self.world.identity(self.owner),
                                    consent=consent, request_id=self.item.id("create")))
        self.name = self.plan.name

    def nominate(self):
        who = candidate(self.world, self.coordinator)
        kind = self.spec["coordinator"].get("kind", "COORDINATOR")
        participant = self.participant(self.coordinator, {})
        self.appointment = self.by(self.spec["opened_by"], "CASE_WORKER").plan.NominateCoordinator(
            plans.NominateCoordinatorRequest(
                plan=self.name, kind=care_team_pb2.CoordinatorAppointment.Kind.Value(kind),
                candidate=participant, candidate_identity=who.identity,
                request_id=self.item.id("nominate")))

    def accept_nomination(self):
        self.appointment = self.as_coordinator().plan.AcceptCoordinatorAppointment(
            self.action(self.appointment, "accept-nomination"))

    def represent(self, spec, number):
        representative = consent_pb2.Representative(
            kind=consent_pb2.Representative.Kind.Value(spec["kind"]), basis=spec["basis"],
            display_name=self.world.persons[spec["who"]].name, may_act=spec["may_act"],
            period=self.world.period([self.opened]))
        # A fresh login is demanded, which a token does not tell: the case worker sits at the browser.
        caller = self.world.gateway.person(self.spec["opened_by"], "CASE_WORKER", browser=True)
        caller.access.CreateRepresentative(access.CreateRepresentativeRequest(
            parent=self.name, representative=representative,
            identity=self.world.identity(spec["who"]), request_id=self.item.id("represent", number)))

    def find(self):
        self.name = self.world.items[f"notices/{self.spec['notice']}"].made["notice"].acceptance.plan
        plan = self.as_coordinator().plan.GetPlan(plans.GetPlanRequest(name=self.name))
        self.appointment = next(a for a in plan.coordinator_appointments
                                if a.state == care_team_pb2.CoordinatorAppointment.ACTIVE)

    # The first work of the coordinator.

    def fill_in(self):
        day = self.opened + FILLED_IN
        self.step(day, f"{self.coordinator} fills in", self.update)
        self.step(day, f"{self.coordinator} says what they contribute", self.contribute)
        for login, spec in self.spec["participants"].items():
            self.step(day, f"{login} joins", lambda l=login, s=spec: self.join(l, s))

    def update(self):
        plan = care_plan_pb2.CarePlan(
            name=self.name, period=self.world.period(self.spec["period"]),
            legal_bases=laws(self.spec["legal_bases"]))
        paths = ["period", "legal_bases"]
        for spec in self.spec.get("strengths", []):
            plan.strengths.add(text=spec["text"], life_area=area(spec["area"]))
        for spec in self.spec.get("needs", []):
            plan.needs.add(text=spec["text"], life_area=area(spec["area"]))
        for spec in self.spec.get("collaboration", []):
            plan.collaboration_needs.add(**spec)
        plan.collaboration_none_needed = self.spec.get("collaboration_none_needed", False)
        for key, value in self.spec.get("adaptation", {}).items():
            if isinstance(value, list):
                getattr(plan.adaptation, key).extend(value)
            else:
                setattr(plan.adaptation, key, value)
        for path in ("strengths", "needs", "adaptation", "collaboration_none_needed"):
            paths += [path] if path in self.spec else []
        paths += ["collaboration_needs"] if "collaboration" in self.spec else []
        request = plans.UpdatePlanRequest(plan=plan, request_id=self.item.id("update"))
        request.update_mask.paths.extend(paths)
        plan = self.as_coordinator().plan.UpdatePlan(request)
        owner = next(p for p in plan.participants if p.kind == care_team_pb2.Participant.OWNER)
        self.participants["owner"] = owner.name

    def contribute(self):
        self.participants[self.coordinator] = self.appointment.participant
        request = plans.UpdateParticipantRequest(request_id=self.item.id("contribute"))
        request.participant.name = self.appointment.participant
        request.participant.contribution = self.spec["coordinator"]["contribution"]
        request.update_mask.paths.append("contribution")
        self.as_coordinator().plan.UpdateParticipant(request)

    def join(self, login, spec):
        answer = self.as_coordinator().plan.CreateParticipant(plans.CreateParticipantRequest(
            parent=self.name, participant=self.participant(login, spec),
            identity=self.world.identity(login), request_id=self.item.id("join", login)))
        self.participants[login] = answer.name

    def participant(self, login, spec):
        p = self.world.persons[login]
        days = [self.opened] + ([spec["ends"]] if "ends" in spec else [])
        participant = care_team_pb2.Participant(
            display_name=p.name, contribution=spec.get("contribution", ""),
            period=self.world.period(days), language=LANGUAGES[p.language])
        if p.kind == "citizen":
            participant.kind = care_team_pb2.Participant.RELATED_PERSON
            participant.role_title = spec["relation"]
        else:
            participant.kind = care_team_pb2.Participant.PROFESSIONAL
            participant.role_title = p.title
            participant.organization = p.organization
            participant.organization_display_name = p.organization_name
            participant.phone, participant.work_email = p.phone, p.work_email
        return participant

    # The owner's own words and consents.

    def say(self):
        day = self.opened + OWN_WORDS
        if "what_matters_most" in self.spec:
            self.step(day, f"{self.voice} writes what matters most", self.what_matters_most)
        for place, (key, spec) in enumerate(self.spec["goals"].items(), 1):
            if "proposed_by" not in spec:
                self.step(day, f"{self.voice} writes the goal {key}",
                          lambda k=key, s=spec, p=place: self.goal(self.voice, k, s, p))

    def what_matters_most(self):
        request = plans.UpdatePlanRequest(request_id=self.item.id("what-matters-most"))
        request.plan.name = self.name
        request.plan.what_matters_most.CopyFrom(self.text(self.spec["what_matters_most"]))
        request.update_mask.paths.append("what_matters_most")
        self.by(self.voice).plan.UpdatePlan(request)

    def goal(self, login, key, spec, place):
        goal = Goal(life_area=area(spec["area"]), priority=place,
                    professional_wording=spec.get("professional", ""))
        if "words" in spec:
            goal.own_words.CopyFrom(self.text(spec["words"]))
        if "target" in spec:
            goal.target_date.CopyFrom(self.world.date(spec["target"]))
        self.goals[key] = self.by(login).plan.CreateGoal(plans.CreateGoalRequest(
            parent=self.name, goal=goal, request_id=self.item.id("goal", key)))

    def answer_goal(self, key, spec):
        call = {"accept": "AcceptGoal", "reject": "RejectGoal"}[spec["answer"]]
        self.goals[key] = getattr(self.by(self.voice).plan, call)(
            self.action(self.goals[key], "answer-goal", key, reason=spec.get("reason", "")))

    def consent(self):
        day = self.opened + CONSENTED
        for login, spec in self.spec["participants"].items():
            self.step(day, f"{self.voice} shares with {login}", lambda l=login, s=spec: self.share(l, s))
        for place, (key, spec) in enumerate(self.spec["goals"].items(), 1):
            if "proposed_by" in spec:
                self.step(day, f"{spec['proposed_by']} proposes the goal {key}",
                          lambda k=key, s=spec, p=place: self.goal(s["proposed_by"], k, s, p))
                if "answer" in spec:
                    self.step(day + 1, f"{self.voice}: {spec['answer']} {key}",
                              lambda k=key, s=spec: self.answer_goal(k, s))

    def share(self, login, spec):
        consent = consent_pb2.Consent(
            kind=consent_pb2.Consent.SHARE, participant=self.participants[login], informed=True,
            sections=sections(spec["sees"]), form=consent_pb2.Consent.ELECTRONIC)
        if self.voice != self.owner:
            consent.grantor_basis = consent_pb2.Representative.Kind.Value(
                self.spec["representatives"][0]["kind"])
        self.by(self.voice).access.GiveConsent(access.CreateConsentRequest(
            parent=self.name, consent=consent, request_id=self.item.id("share", login)))

    # The life of the plan.

    def live(self):
        state = self.spec.get("state", "ACTIVE")
        if state == "DRAFT":
            return
        held = self.spec.get("evaluations", [])
        first = held[0] if held else self.spec["next_evaluation"]
        self.evaluations = [*held, self.spec["next_evaluation"]]
        self.later.append((self.activated - 1, "sets the evaluation date",
                           lambda: self.plan_evaluation(first)))
        self.later.append((self.activated, f"{self.voice} approves", lambda: self.on_plan(
            self.voice, "ApprovePlan")))
        self.later.append((self.activated, f"{self.coordinator} activates", lambda: self.on_plan(
            self.coordinator, "ActivatePlan")))
        for key, spec in self.spec["goals"].items():
            if spec.get("state", "ACCEPTED") != "ACCEPTED":
                self.later.append((self.activated, f"goal {key} is {spec['state']}",
                                   lambda k=key, s=spec: self.move_goal(k, s)))
        for number, spec in enumerate(held):
            self.later.append((spec["day"], "holds the evaluation",
                               lambda s=spec, n=number: self.hold_evaluation(s, n)))
            self.later.append((spec["approved"], f"{self.voice} approves the minutes",
                               lambda n=number: self.approve_evaluation(n)))
        if "hold" in self.spec:
            self.later.append((self.spec["hold"]["day"], "pauses the plan", self.hold))
        if "vacancy" in self.spec:
            self.later.append((self.spec["vacancy"]["day"], "the coordinator leaves", self.leave))

    def on_plan(self, login, call):
        caller = self.by(login).plan
        plan = caller.GetPlan(plans.GetPlanRequest(name=self.name))
        getattr(caller, call)(self.action(plan, call))

    def move_goal(self, key, spec):
        self.goals[key] = self.as_coordinator().plan.ChangeGoalState(plans.ChangeGoalStateRequest(
            name=self.goals[key].name, etag=self.goals[key].etag, state=Goal.State.Value(spec["state"]),
            request_id=self.item.id("goal-state", key)))

    def plan_evaluation(self, spec):
        evaluation = evaluation_pb2.Evaluation(
            due_date=self.world.meeting_date(spec["day"]), place=spec.get("place", ""))
        self.evaluation = self.as_coordinator().plan.CreateEvaluation(plans.CreateEvaluationRequest(
            parent=self.name, evaluation=evaluation, request_id=self.item.id("evaluation", 0)))

    def hold_evaluation(self, spec, number):
        request = plans.HoldEvaluationRequest(
            next_due_date=self.world.meeting_date(self.evaluations[number + 1]["day"]),
            request_id=self.item.id("hold-evaluation", number))
        held = request.evaluation
        held.name, held.etag = self.evaluation.name, self.evaluation.etag
        held.held_date.CopyFrom(self.world.meeting_date(spec["day"]))
        held.minutes, held.place = spec["minutes"].strip(), spec["place"]
        held.owner_statement.CopyFrom(self.text(spec["statement"]))
        for key, verdict in spec["assess"].items():
            assessment = held.goal_assessments.add(goal=self.goals[key].name)
            if verdict == "not_discussed":
                assessment.not_discussed = True
            else:
                assessment.owner_verdict = Goal.Achievement.Value(verdict[0])
                assessment.service_verdict = Goal.Achievement.Value(verdict[1])
        self.held = self.as_coordinator().plan.HoldEvaluation(request)
        plan = self.as_coordinator().plan.GetPlan(plans.GetPlanRequest(name=self.name))
        self.evaluation = next(
            (e for e in plan.evaluations if e.state == evaluation_pb2.Evaluation.PLANNED), None)

    def approve_evaluation(self, number):
        self.by(self.voice).plan.ApproveEvaluation(
            self.action(self.held, "approve-evaluation", number))

    def hold(self):
        plan = self.as_coordinator().plan.GetPlan(plans.GetPlanRequest(name=self.name))
        spec = self.spec["hold"]
        self.as_coordinator().plan.HoldPlan(plans.HoldPlanRequest(
            name=self.name, etag=plan.etag, request_id=self.item.id("hold"),
            hold=care_plan_pb2.Hold(reason=spec["reason"], resume_date=self.world.date(spec["resume"]))))

    def leave(self):
        spec = self.spec["vacancy"]
        self.by(spec["by"], "UNIT_LEADER").plan.EndCoordinatorAppointment(
            self.action(self.appointment, "leave", reason=spec["reason"]))

    def comment(self, spec, number):
        login = self.voice if spec["by"] == "owner" else spec["by"]
        comment = care_plan_pb2.Comment(text=self.text(spec["text"]))
        if "about" in spec:
            comment.target = self.goals[spec["about"]["goal"]].name
        self.by(login).plan.CreateComment(plans.CreateCommentRequest(
            parent=self.name, comment=comment, request_id=self.item.id("comment", number)))

    @property
    def state(self):
        return self.spec.get("state", "ACTIVE")

    def is_there(self):
        """True when an earlier run has brought the plan to its end."""
        caller = self.by(self.voice).plan
        for summary in caller.ListPlans(plans.ListPlansRequest()).plans:
            plan = caller.GetPlan(plans.GetPlanRequest(name=summary.name))
            if plan.subject.display_name != self.world.persons[self.owner].name:
                continue
            left = care_plan_pb2.CarePlan.NO_COORDINATOR in plan.alarms
            answered = sum(a.commitment != activity_pb2.Activity.REQUESTED for a in plan.activities)
            return (care_plan_pb2.CarePlan.State.Name(plan.state) == self.state
                    and left == ("vacancy" in self.spec)
                    and len(plan.goals) == len(self.spec["goals"])
                    and len(plan.activities) == len(self.spec["activities"])
                    and answered == sum(a.get("answer") != "none" for a in self.spec["activities"])
                    and len(plan.comments) >= len(self.spec.get("comments", [])))
        return False

    def check(self):
        plan = self.by(self.voice).plan.GetPlan(plans.GetPlanRequest(name=self.name))
        found = care_plan_pb2.CarePlan.State.Name(plan.state)
        if found != self.state:
            raise AssertionError(f"{self.item.name} is {found}, it should be {self.state}")

    # Small helpers.

    def step(self, day, what, run):
        self.item.step(day, what, run)

    def by(self, login, role=""):
        return self.world.person(login, role)

    def as_coordinator(self):
        return self.by(self.coordinator, "PRACTITIONER")

    def text(self, words):
        text = owner_text(self.world, self.spec, words)
        if text.language not in (common_pb2.NB, common_pb2.NN) and not isinstance(words, dict):
            text.language = common_pb2.NB
        return text

    def action(self, resource, *words, reason=""):
        return plans.ActionRequest(name=resource.name, etag=resource.etag, reason=reason,
                                   request_id=self.item.id(*words))
