// Random commands of everybody who has to do with a plan, for the property test.
#ifndef PLAN_SERVICE_DOMAIN_RANDOM_COMMANDS_H_
#define PLAN_SERVICE_DOMAIN_RANDOM_COMMANDS_H_

#include <random>
#include <string>

#include "plan-service/domain/complaints.h"
#include "plan-service/domain/moves.h"
#include "plan-service/domain/test_plan.h"

namespace ip::plan::testing {

using pb::CarePlan;

inline constexpr char kParent[] = "persons/parent";
// Stands in everything that people write here, and must not stand in what leaves the service.
inline constexpr char kSecret[] = "hemmelig";

// Draws commands, most of them such as some rule refuses.
class RandomCommands {
 protected:
  using Appointment = pb::CoordinatorAppointment;

  explicit RandomCommands(unsigned seed) : random_(seed) {}

  int Pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // Another plan of the same human, with something in it.
  absl::StatusOr<std::string> Merge(CarePlan& kept, const Act& act) {
    const std::string name = "plans/dup-" + std::to_string(kept.revision());
    CarePlan duplicate = Must(NewPlan(UnitAct(), NewPlanRequest(), name, "persons/d-number"));
    Accept(duplicate, Nominate(duplicate, "persons/next"), "persons/next");
    AddGoal(duplicate, OwnerAct());
    const std::string helper = AddHelper(duplicate);
    if (Pick(2) == 0) Share(duplicate, helper, {type::GOALS});
    AddActivity(duplicate, helper);
    AddEvaluation(duplicate, 1 + Pick(400));
    pb::MergePlansRequest request;
    request.set_etag(kept.etag());
    request.set_reason("samme person");
    auto retired = RetireDuplicate(duplicate, kept, act, request);
    if (!retired.ok()) return retired;
    return TakeUpDuplicate(kept, duplicate, act, request);
  }

  template <class List>
  pb::ActionRequest Some(const List& list) {
    if (list.empty()) return {};
    const auto& element = list.Get(Pick(list.size()));
    return Request(element.name(), element.etag());
  }

  Act Actor() {
    switch (Pick(6)) {
      case 0:
        return OwnerAct();
      case 4:
        return {kParent, true, false, kNow};
      case 1:
        return CoordinatorAct();
      case 2:
        return HelperAct();
      case 3:
        return {"persons/next", false, true, kNow};
      default:
        return UnitAct();
    }
  }

  absl::StatusOr<std::string> Command(CarePlan& p, const Act& act) {
    const pb::ActionRequest plan = Request(p.name(), p.etag());
    const google::protobuf::RepeatedPtrField<Appointment>& appointments =
        p.coordinator_appointments();
    switch (Pick(37)) {
      case 0:
        return ActivatePlan(p, act, plan, RulesNow());
      case 1: {
        pb::HoldPlanRequest request;
        request.set_etag(p.etag());
        request.mutable_hold()->set_reason(kSecret);
        *request.mutable_hold()->mutable_resume_date() = ToDate(OsloDay(now_) + 30);
        return HoldPlan(p, act, request);
      }
      case 2:
        return ResumePlan(p, act, plan);
      case 3:
        return Pick(4) == 0 ? CompletePlan(p, act, plan) : NotFound("luck");
      case 4:
        return Pick(20) == 0 ? StopPlan(p, act, plan, "RevokePlan", CarePlan::REVOKED)
                             : NotFound("luck");
      case 5:
      case 6: {
        pb::NominateCoordinatorRequest request;
        request.set_kind(static_cast<Appointment::Kind>(1 + Pick(3)));
        *request.mutable_candidate() = Professional("Ny");
        const char* people[] = {kCoordinator, kHelper, "persons/next"};
        return NominateCoordinator(p, act, request, people[Pick(3)]);
      }
      case 7:
        return AcceptAppointment(p, act, Some(appointments));
      case 8:
        return DeclineAppointment(p, act, Some(appointments));
      case 9:
        return EndAppointment(p, act, Some(appointments));
      case 10:
        return EndParticipation(p, act, Some(p.participants()));
      case 11:
        return CreateParticipant(p, act, Professional("Per"), kHelper);
      case 12: {
        pb::Goal goal;
        goal.mutable_own_words()->set_text(kSecret);
        return CreateGoal(p, act, goal);
      }
      case 13: {
        pb::UpdateGoalRequest request;
        request.mutable_goal()->set_name(Some(p.goals()).name());
        request.mutable_goal()->mutable_own_words()->set_text("annet " + std::to_string(Pick(99)));
        return UpdateGoal(p, act, request);
      }
      case 14:
        return AnswerGoal(p, act, Some(p.goals()), Pick(2) == 0);
      case 15: {
        const auto some = Some(p.goals());
        pb::ChangeGoalStateRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_reason("x");
        request.set_state(static_cast<pb::Goal::State>(Pick(10)));
        return ChangeGoalState(p, act, request);
      }
      case 16: {
        pb::Activity activity;
        activity.set_title(kSecret);
        if (Pick(2) == 0) activity.set_responsible(Some(p.participants()).name());
        return CreateActivity(p, act, activity);
      }
      case 17: {
        const auto some = Some(p.activities());
        pb::RequestActivityRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_responsible(Some(p.participants()).name());
        return RequestActivity(p, act, request);
      }
      case 18:
        return AcceptActivity(p, act, Some(p.activities()));
      case 19:
        return DeclineActivity(p, act, Some(p.activities()));
      case 20:
        return ReleaseActivity(p, act, Some(p.activities()));
      case 21: {
        const auto some = Some(p.activities());
        pb::ReportActivityProgressRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_reason("x");
        request.set_execution(static_cast<pb::Activity::Execution>(Pick(9)));
        return ReportActivityProgress(p, act, request);
      }
      case 22: {
        const auto some = Some(p.activities());
        pb::RecordActivityDecisionRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_decision(static_cast<pb::Activity::Decision>(1 + Pick(7)));
        return RecordActivityDecision(p, act, request);
      }
      case 23: {
        const auto some = Some(p.evaluations());
        pb::RescheduleEvaluationRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_reason("ferie");
        *request.mutable_due_date() = ToDate(OsloDay(now_) + 1 + Pick(200));
        return RescheduleEvaluation(p, act, request, RulesNow());
      }
      case 24: {
        const auto some = Some(p.evaluations());
        pb::HoldEvaluationRequest request;
        request.mutable_evaluation()->set_name(some.name());
        request.mutable_evaluation()->set_etag(some.etag());
        *request.mutable_evaluation()->mutable_held_date() = ToDate(OsloDay(now_));
        request.mutable_evaluation()->set_owner_did_not_wish(true);
        request.set_closing(Pick(4) == 0);
        if (!request.closing()) {
          *request.mutable_next_due_date() = ToDate(OsloDay(now_) + 1 + Pick(200));
        }
        for (const auto& goal : p.goals()) {
          auto* assessment = request.mutable_evaluation()->add_goal_assessments();
          assessment->set_goal(goal.name());
          assessment->set_not_discussed(true);
        }
        return HoldEvaluation(p, act, request);
      }
      case 25:
        return ApproveEvaluation(p, act, Some(p.evaluations()));
      case 26: {
        pb::Consent consent;
        consent.set_kind(pb::Consent::SHARE);
        consent.set_participant(Some(p.participants()).name());
        consent.add_sections(Pick(2) == 0 ? type::GOALS : type::ACTIVITIES);
        consent.set_form(pb::Consent::ELECTRONIC);
        consent.set_informed(true);
        return AddConsent(p, act, consent, "");
      }
      case 27: {
        const auto some = Some(p.consents());
        const auto* consent = FindByName(p.consents(), some.name());
        // The plan's own consent goes seldom, or every history would end at once.
        if (consent->kind() == pb::Consent::CREATE_PLAN && Pick(20) != 0) return NotFound("luck");
        return WithdrawConsent(p, act, some);
      }
      case 28: {
        pb::AccessBlock block;
        block.set_person(Pick(2) == 0 ? kHelper : kCoordinator);
        return BlockAccess(p, act, block);
      }
      case 29:
        return LiftAccessBlock(p, act, Some(p.access_blocks()));
      case 30: {
        pb::Complaint complaint;
        complaint.set_target(Pick(2) == 0 ? p.name() : Some(p.activities()).name());
        complaint.set_legal_basis(static_cast<type::LegalBasis>(Pick(10)));
        *complaint.mutable_decision_known_date() = ToDate(OsloDay(now_) - Pick(40));
        complaint.mutable_text()->set_text(kSecret);
        return CreateComplaint(p, act, complaint, RulesNow());
      }
      case 31: {
        const auto some = Some(p.complaints());
        pb::ChangeComplaintStateRequest request;
        request.set_name(some.name());
        request.set_etag(some.etag());
        request.set_state(static_cast<pb::Complaint::State>(1 + Pick(6)));
        if (request.state() == pb::Complaint::DECIDED)
          request.set_outcome(pb::Complaint::DISMISSED);
        request.set_reason(kSecret);
        return ChangeComplaintState(p, act, request);
      }
      case 32:
        return RefuseConsent(p, act, Some(p.consents()));
      case 33:
        return Pick(6) == 0 ? Merge(p, act) : NotFound("luck");
      case 34:
        return RequestHandover(p, act, Some(appointments));
      case 35:
        return WithdrawHandover(p, act, Some(appointments));
      default:
        return CompleteTransitionTask(p, act, Some(p.transition_tasks()));
    }
  }

  std::mt19937 random_;
  absl::Time now_ = kNow;
};

}  // namespace ip::plan::testing

#endif  // PLAN_SERVICE_DOMAIN_RANDOM_COMMANDS_H_
