// Complaints about a decision (pbrl chapter 7, fvl chapter VI). Pure steps over the notice, as in
// handling.h. All days are in Europe/Oslo.
#ifndef REFERRAL_SERVICE_DOMAIN_COMPLAINTS_H_
#define REFERRAL_SERVICE_DOMAIN_COMPLAINTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

using Complaint = pb::NoticeComplaint;

// The state table of a complaint (domain.md § 7.9), as data: one row per step.
struct ComplaintTransition {
  Complaint::State from;
  Complaint::State to;
};
const std::vector<ComplaintTransition>& ComplaintTransitions();

// The last day for a complaint about a decision that became known on `known`: so many weeks later,
// or the next working day when that is none (domstolloven § 149).
absl::CivilDay ComplaintDeadline(absl::CivilDay known, int weeks);

// Adds a complaint as RECEIVED under `name` ("notices/{notice}/complaints/{complaint}"); a late one
// is marked, never refused (fvl § 31). Errors: INVALID_ARGUMENT naming what is wrong with the
// request; FAILED_PRECONDITION / NOTICE_STATE_FORBIDS_ACTION while nothing is decided.
absl::Status ReceiveComplaint(pb::NeedNotice& notice, const Complaint& request,
                              const std::string& name, const Rules& rules, const Step& step);

// Takes a complaint on. When the complainant is right, a rejected notice is opened again. Errors:
// NOT_FOUND; INVALID_ARGUMENT for DECIDED without a decision, or a decision without DECIDED;
// FAILED_PRECONDITION / COMPLAINT_STATE_FORBIDS_ACTION.
absl::Status ChangeComplaintState(pb::NeedNotice& notice, const std::string& name,
                                  Complaint::State to, Complaint::GovernorDecision decision,
                                  const Step& step);

// The complaint of this name, null when there is none.
const Complaint* FindComplaint(const pb::NeedNotice& notice, const std::string& name);

// The unit must do something about a complaint: RECEIVED or REVIEW.
bool HasOpenComplaint(const pb::NeedNotice& notice);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_COMPLAINTS_H_
