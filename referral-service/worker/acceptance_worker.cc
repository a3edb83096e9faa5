#include "referral-service/worker/acceptance_worker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

#include "lib/base/errors.h"
#include "lib/base/fault.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "referral-service/domain/acceptance.h"
#include "referral-service/domain/states.h"
#include "referral-service/worker/forwarding.h"

namespace ip::referral {
namespace {

using A = pb::Acceptance;

constexpr char kActor[] = "services/referral-service";
// A step reads, calls (5 s at most) and writes; the lease outlives all three.
constexpr absl::Duration kBudget = absl::Seconds(3);
constexpr absl::Duration kLease = absl::Seconds(15);
constexpr absl::Duration kLongestWait = absl::Minutes(5);

absl::Time Deadline() { return SystemClock().Now() + kBudget; }

// Where a test may kill it once a step is stored.
std::string_view FaultAfter(const pb::NeedNotice& notice) {
  if (notice.state() == pb::NeedNotice::CLOSED_DONE) return "acceptance.closed";
  return notice.acceptance().step() == A::NOMINATING ? "acceptance.plan_stored"
                                                     : "acceptance.nomination_stored";
}

// Half a second first; a coordinator who has not answered for days is asked about every 5 minutes.
absl::Duration Wait(int attempts) {
  return std::min(absl::Milliseconds(500) * std::pow(1.25, std::min(attempts - 1, 50)),
                  kLongestWait);
}

}  // namespace

absl::StatusOr<bool> AcceptanceWorker::Store(
    const pb::NeedNotice& notice, std::string_view action,
    const std::function<absl::Status(pb::NeedNotice&, const Step&)>& step) {
  document::Context ctx;
  ctx.actor = kActor;
  ctx.action = std::string(action);
  ctx.request_id = RequestIdOf(notice);
  ctx.payload_hash = Sha256(ctx.request_id);
  ctx.deadline = Deadline();
  const Step taken{ctx.action, ctx.actor, "", "", deps_.clock->Now()};
  const auto changed = deps_.notices->Mutate(ctx, notice.name(),
                                             [&](pb::NeedNotice& now) { return step(now, taken); });
  if (!changed.ok()) return changed.status();
  FaultPoint(FaultAfter(changed->message));
  return true;
}

absl::StatusOr<bool> AcceptanceWorker::OpenPlan(const pb::NeedNotice& notice) {
  const auto secrets = deps_.work->GetSecrets(Deadline(), notice.name());
  if (!secrets.ok()) return secrets.status();
  const auto plan =
      deps_.plans->OpenPlan(notice, secrets->subject_national_id.value_or(""), RequestIdOf(notice));
  if (!plan.ok()) return plan.status();
  FaultPoint("acceptance.plan_opened");
  return Store(notice, kAdvanceAcceptance,
               [&](pb::NeedNotice& now, const Step& step) { return PlanOpened(now, *plan, step); });
}

absl::StatusOr<bool> AcceptanceWorker::Nominate(const pb::NeedNotice& notice) {
  const auto secrets = deps_.work->GetSecrets(Deadline(), notice.name());
  if (!secrets.ok()) return secrets.status();
  if (!secrets->candidate) return absl::InternalError("The candidate of a notice is missing.");
  const auto appointment = deps_.plans->Nominate(notice, *secrets->candidate,
                                                 OsloDay(deps_.clock->Now()), RequestIdOf(notice));
  if (!appointment.ok()) return appointment.status();
  FaultPoint("acceptance.coordinator_asked");
  return Store(notice, kAdvanceAcceptance, [&](pb::NeedNotice& now, const Step& step) {
    return CoordinatorAsked(now, *appointment, step);
  });
}

absl::StatusOr<bool> AcceptanceWorker::LookForAnswer(const pb::NeedNotice& notice) {
  const auto answer = deps_.plans->AnswerOf(notice);
  if (!answer.ok()) return answer.status();
  if (*answer == CoordinatorAnswer::kNone) return false;
  FaultPoint("acceptance.answer_seen");
  const bool accepted = *answer == CoordinatorAnswer::kAccepted;
  return Store(notice, accepted ? kCloseNotice : kAdvanceAcceptance,
               [&](pb::NeedNotice& now, const Step& step) {
                 return CoordinatorAnswered(now, accepted, step);
               });
}

absl::StatusOr<bool> AcceptanceWorker::TakeStep(const pb::NeedNotice& notice) {
  if (notice.state() == pb::NeedNotice::FORWARDED) {
    absl::Status status = CompleteForwarding(*deps_.notices, *deps_.work, notice, Deadline());
    if (!status.ok()) return status;
    return true;
  }
  switch (notice.acceptance().step()) {
    case A::OPENING_PLAN:
      return OpenPlan(notice);
    case A::NOMINATING:
      return Nominate(notice);
    case A::AWAITING_COORDINATOR:
      return LookForAnswer(notice);
    default:
      return false;
  }
}

absl::StatusOr<bool> AcceptanceWorker::RunOnce() {
  const auto work = deps_.work->Claim(Deadline(), kLease);
  if (!work.ok()) return work.status();
  if (!*work) return false;
  FaultPoint("acceptance.claimed");
  absl::StatusOr<bool> moved = false;
  const auto notice = deps_.notices->Get(Deadline(), (*work)->name);
  if (notice.ok()) {
    moved = TakeStep(notice->message);
  } else {
    moved = notice.status();
  }
  if (moved.ok() && *moved) return true;
  absl::Status status = deps_.work->Postpone(Deadline(), **work, Wait((*work)->attempts));
  if (!status.ok()) return status;
  if (!moved.ok()) return moved.status();
  return true;
}

void AcceptanceWorker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void AcceptanceWorker::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void AcceptanceWorker::Nudge() {
  {
    std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_all();
}

void AcceptanceWorker::Run() {
  for (;;) {
    const auto moved = RunOnce();
    if (!moved.ok()) {
      Log(Severity::kWarning, "acceptance_step_failed",
          {{"code", absl::StatusCodeToString(moved.status().code())},
           {"reason", ReasonOf(moved.status())}});
    }
    std::unique_lock lock(mutex_);
    if (stopped_) return;
    if (moved.ok() && *moved) continue;
    wake_.wait_for(lock, absl::ToChronoMilliseconds(deps_.poll),
                   [this] { return stopped_ || nudged_; });
    nudged_ = false;
    if (stopped_) return;
  }
}

}  // namespace ip::referral
