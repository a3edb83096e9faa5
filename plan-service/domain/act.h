// What every change of a plan has in common.
#ifndef PLAN_SERVICE_DOMAIN_ACT_H_
#define PLAN_SERVICE_DOMAIN_ACT_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/plan/v1/care_plan.pb.h"
#include "lib/base/clock.h"

namespace ip::plan {

// Who changes a plan, in which capacity, and when.
struct Act {
  // "persons/{person}", or the service that acts.
  std::string actor;
  // The plan's owner, or somebody with a mandate to act for them.
  bool as_owner = false;
  // The plan's coordinator.
  bool as_coordinator = false;
  absl::Time now;

  absl::CivilDay Today() const { return OsloDay(now); }
};

// ETAG_REQUIRED or ETAG_MISMATCH; for changes of state.
absl::Status CheckEtag(std::string_view given, std::string_view current, std::string_view name);
// The same, but an absent etag is allowed; for edits of content.
absl::Status CheckEtagIfGiven(std::string_view given, std::string_view current,
                              std::string_view name);

// FAILED_PRECONDITION / PLAN_STATE_FORBIDS_ACTION when the plan has ended.
absl::Status CheckOpen(const individuellplan::plan::v1::CarePlan& plan, std::string_view action);

// INVALID_ARGUMENT naming `reason` unless there is one of at most 1,000 characters.
absl::Status RequireReason(std::string_view reason);

// Marks a text as `author`'s, written down by who acts.
void Sign(individuellplan::plan::v1::OwnText& text, std::string_view author, const Act& act);

// The content of a draft changed by somebody else than the owner: what the owner approved is not
// what stands there any more.
void ContentChanged(individuellplan::plan::v1::CarePlan& plan, const Act& act);

// Gives a changed plan its revision, update time and etag, and a new etag to each element of it
// that is not as in `before`. Others keep theirs, so that editors do not get in each other's way.
void Stamp(const individuellplan::plan::v1::CarePlan& before,
           individuellplan::plan::v1::CarePlan& after, absl::Time now);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_ACT_H_
