"""A gateway that only pretends: it answers every call of the loader plausibly and remembers them all, so
that the data can be tested without any service."""

import itertools

from tools.lib.ipclient import SERVICES, _message_class

from individuellplan.plan.v1 import care_plan_pb2, care_team_pb2, evaluation_pb2
from individuellplan.referral.v1 import need_notice_pb2

Notice, Acceptance = need_notice_pb2.NeedNotice, need_notice_pb2.Acceptance
Appointment = care_team_pb2.CoordinatorAppointment
CarePlan = care_plan_pb2.CarePlan

_NOTICE_STATES = {
    "CreateNotice": Notice.DRAFT, "SubmitNotice": Notice.SUBMITTED, "AssignNotice": Notice.IN_TRIAGE,
    "TakeNextNotice": Notice.IN_TRIAGE, "ReleaseNotice": Notice.SUBMITTED,
    "RequestInformation": Notice.AWAITING_INFO, "ProvideInformation": Notice.IN_TRIAGE,
    "RejectNotice": Notice.REJECTED_NOT_ELIGIBLE, "DeclineNotice": Notice.DECLINED_BY_USER,
    "ForwardNotice": Notice.FORWARDED, "MergeNotice": Notice.MERGED, "WithdrawNotice": Notice.WITHDRAWN,
    "MarkNoticeEnteredInError": Notice.ENTERED_IN_ERROR, "AcceptNotice": Notice.ACCEPTED}
_PLAN_STATES = {"ActivatePlan": CarePlan.ACTIVE, "HoldPlan": CarePlan.ON_HOLD}


class Rehearsal:
    def __init__(self, persons):
        self.persons = persons
        self.calls = []  # (login, role, method, request)
        self._numbers = itertools.count(1)
        self._notices, self._plans, self._others = {}, {}, {}

    def person(self, login, role="", browser=None):
        caller = type("Caller", (), {})()
        for name, service in SERVICES.items():
            stub = type("Stub", (), {})()
            for method in service.methods:
                setattr(stub, method.name, self._method(
                    login, role or self.persons[login].roles[0], method))
            setattr(caller, name, stub)
        return caller

    def _method(self, login, role, method):
        answer_class = _message_class(method.output_type)

        def call(request):
            assert isinstance(request, _message_class(method.input_type)), method.name
            copy = type(request).FromString(request.SerializeToString())
            self.calls.append((login, role, method.name, copy))
            return self._answer(login, method.name, copy, answer_class)

        return call

    def _answer(self, login, name, request, answer_class):
        if answer_class is Notice:
            return self._notice(login, name, request)
        if answer_class is CarePlan:
            return self._plan(name, request)
        if answer_class is Appointment:
            return self._appointment(name, request)
        answer = answer_class()
        if not hasattr(answer, "name"):
            return answer
        key = getattr(request, "name", "")
        if key:
            answer.CopyFrom(self._others[key])
            answer.etag = f"e{next(self._numbers)}"
            return answer
        for field, value in request.ListFields():
            if field.message_type is answer_class.DESCRIPTOR:
                answer.CopyFrom(value)
        if not answer.name:
            plan = getattr(request, "parent", "")
            answer.name = f"{plan}/{answer_class.DESCRIPTOR.name}/{next(self._numbers)}"
        if hasattr(answer, "etag"):
            answer.etag = f"e{next(self._numbers)}"
        self._others[answer.name] = answer
        if answer_class is evaluation_pb2.Evaluation and name == "CreateEvaluation":
            answer.state = evaluation_pb2.Evaluation.PLANNED
            self._plans[request.parent].evaluations.append(answer)
        if name == "HoldEvaluation":
            plan = self._plans[answer.name.split("/Evaluation")[0]]
            del plan.evaluations[:]
            plan.evaluations.add(name=f"{plan.name}/Evaluation/{next(self._numbers)}", etag="e",
                                 state=evaluation_pb2.Evaluation.PLANNED)
            self._others[plan.evaluations[0].name] = plan.evaluations[0]
        return answer

    def _notice(self, login, name, request):
        if name == "CreateNotice":
            notice = Notice()
            notice.CopyFrom(request.notice)
            notice.name = f"notices/{next(self._numbers)}"
            self._notices[notice.name] = notice
        elif name == "TakeNextNotice":
            notice = next(n for n in self._notices.values() if n.state == Notice.SUBMITTED)
            notice.assignee = f"persons/{login}"
        else:
            notice = self._notices[request.name]
        notice.state = _NOTICE_STATES.get(name, notice.state)
        notice.etag = f"e{next(self._numbers)}"
        if name == "AcceptNotice":
            plan = self._new_plan(request.coordinator.display_name)
            notice.acceptance.step = Acceptance.AWAITING_COORDINATOR
            notice.acceptance.plan, notice.acceptance.appointment = (
                plan.name, plan.coordinator_appointments[0].name)
        return Notice.FromString(notice.SerializeToString())

    def _new_plan(self, coordinator=""):
        plan = CarePlan(name=f"plans/{next(self._numbers)}", state=CarePlan.DRAFT, etag="e")
        plan.participants.add(name=f"{plan.name}/participants/owner",
                              kind=care_team_pb2.Participant.OWNER)
        self._plans[plan.name] = plan
        if coordinator:
            self._nominate(plan)
        return plan

    def _nominate(self, plan):
        number = next(self._numbers)
        return plan.coordinator_appointments.add(
            name=f"{plan.name}/coordinatorAppointments/{number}", etag="e", state=Appointment.NOMINATED,
            participant=f"{plan.name}/participants/{number}")

    def _plan(self, name, request):
        if name == "CreatePlan":
            plan = self._new_plan()
        else:
            plan = self._plans[request.plan.name if name == "UpdatePlan" else request.name]
        plan.state = _PLAN_STATES.get(name, plan.state)
        plan.etag = f"e{next(self._numbers)}"
        return CarePlan.FromString(plan.SerializeToString())

    def _appointment(self, name, request):
        if name == "NominateCoordinator":
            return self._nominate(self._plans[request.plan])
        plan = self._plans[request.name.split("/coordinatorAppointments")[0]]
        found = next(a for a in plan.coordinator_appointments if a.name == request.name)
        accepts = name == "AcceptCoordinatorAppointment"
        found.state = Appointment.ACTIVE if accepts else Appointment.DECLINED
        for notice in self._notices.values():
            if notice.acceptance.appointment == request.name:
                notice.state = Notice.CLOSED_DONE if accepts else notice.state
                notice.acceptance.step = Acceptance.DONE if accepts else Acceptance.COORDINATOR_DECLINED
        return found
