// Errors as clients see them. A rule that fails makes one of these; lib/rpc turns it into a
// google.rpc.Status with details once, at the edge. Texts are English, at most 1 KiB, and never
// hold SQL or personal data.
#ifndef LIB_BASE_ERRORS_H_
#define LIB_BASE_ERRORS_H_

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ip {

using Metadata = std::map<std::string, std::string>;

// The workhorse: `reason` is UPPER_SNAKE and part of the contract (docs/errors.md lists all),
// `message` says what is wrong and the way out.
absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   const Metadata& metadata = {});

// Collects everything that is wrong with a request, so that a client mends it in one go.
class Violations {
 public:
  // `field` is a path in the request such as "plan.goals[0].title"; `description` says the rule and
  // the way out.
  void Add(std::string_view field, std::string_view description);
  bool empty() const { return bad_request_.field_violations().empty(); }
  // OK when nothing was added, otherwise INVALID_ARGUMENT / INVALID_REQUEST with all violations.
  absl::Status ToStatus() const;

 private:
  google::rpc::BadRequest bad_request_;
};

// INVALID_ARGUMENT / INVALID_REQUEST with one violation.
absl::Status InvalidField(std::string_view field, std::string_view description);

// NOT_FOUND / RESOURCE_NOT_FOUND: the same answer for what is absent and for what one may not see.
absl::Status NotFound(std::string_view resource_type);

// ABORTED / ETAG_MISMATCH: somebody changed the resource since it was read.
absl::Status EtagMismatch(std::string_view name);

// INVALID_ARGUMENT / ETAG_REQUIRED: state transitions need an etag.
absl::Status EtagRequired();

// INVALID_ARGUMENT / REQUEST_ID_REUSED: the same request id came with another payload.
absl::Status RequestIdReused();

// FAILED_PRECONDITION / `reason` naming state, action and what would allow it.
absl::Status StateForbids(std::string_view reason, std::string_view state, std::string_view action,
                          std::string_view way_out);

// FAILED_PRECONDITION / `reason` with one google.rpc.PreconditionFailure violation per item.
struct Precondition {
  std::string type;         // e.g. the letter of § 19, "CONSENT"
  std::string subject;      // what it concerns, a field path or resource name
  std::string description;  // what is missing and the way out
};
absl::Status PreconditionsFailed(std::string_view reason, std::string_view message,
                                 const std::vector<Precondition>& violations);

// PERMISSION_DENIED / `reason`: the caller's role may never do this.
absl::Status PermissionDenied(std::string_view reason, std::string_view message);

// The ErrorInfo reason of a status, or "" when it has none.
std::string ReasonOf(const absl::Status& status);

// The domain that stands in each ErrorInfo, e.g. "plan.individuellplan". Set once in main.
void SetErrorDomain(std::string_view domain);

// The wire form with code, message (cut at 1 KiB) and details (at most 20 violations, 4 KiB).
google::rpc::Status ToRpcStatus(const absl::Status& status);

// The other way: an error that another service answered, details kept.
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace ip

#endif  // LIB_BASE_ERRORS_H_
