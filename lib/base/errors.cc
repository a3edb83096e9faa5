#include "lib/base/errors.h"

#include <map>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace ip {
namespace {

constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMaxDetailBytes = 4096;
constexpr int kMaxViolations = 20;
constexpr absl::string_view kTypePrefix = "type.googleapis.com/";

std::string& Domain() {
  static std::string domain = "individuellplan";
  return domain;
}

absl::string_view View(std::string_view s) { return {s.data(), s.size()}; }

template <class Detail>
std::string TypeUrl() {
  return absl::StrCat(kTypePrefix, Detail::descriptor()->full_name());
}

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

}  // namespace

void SetErrorDomain(std::string_view domain) { Domain() = std::string(domain); }

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   const Metadata& metadata) {
  absl::Status status(code, View(message));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(Domain());
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  Attach(status, info);
  return status;
}

void Violations::Add(std::string_view field, std::string_view description) {
  if (bad_request_.field_violations_size() >= kMaxViolations) return;
  auto* violation = bad_request_.add_field_violations();
  violation->set_field(std::string(field));
  violation->set_description(std::string(description));
}

absl::Status Violations::ToStatus() const {
  if (empty()) return absl::OkStatus();
  const auto& first = bad_request_.field_violations(0);
  std::string message = absl::StrCat(first.field(), ": ", first.description());
  if (const int more = bad_request_.field_violations_size() - 1; more > 0) {
    absl::StrAppend(&message, " (and ", more, " more; see details)");
  }
  absl::Status status = Error(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", message);
  Attach(status, bad_request_);
  return status;
}

absl::Status InvalidField(std::string_view field, std::string_view description) {
  Violations violations;
  violations.Add(field, description);
  return violations.ToStatus();
}

absl::Status NotFound(std::string_view resource_type) {
  return Error(absl::StatusCode::kNotFound, "RESOURCE_NOT_FOUND",
               absl::StrCat("There is no such ", View(resource_type), ", or you may not see it."),
               {{"resource_type", std::string(resource_type)}});
}

absl::Status EtagMismatch(std::string_view name) {
  return Error(
      absl::StatusCode::kAborted, "ETAG_MISMATCH",
      "Somebody changed this since you read it. Read it again, look at the difference, and "
      "repeat your change with the new etag.",
      {{"resource", std::string(name)}});
}

absl::Status EtagRequired() {
  return Error(absl::StatusCode::kInvalidArgument, "ETAG_REQUIRED",
               "etag: a change of state needs the etag of what you read, so that nobody decides on "
               "an old picture. Send the etag from your last read.");
}

absl::Status RequestIdReused() {
  return Error(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
               "request_id: it was used before with another request. Make a new UUID for each new "
               "request; reuse it only to repeat the very same one.");
}

absl::Status StateForbids(std::string_view reason, std::string_view state, std::string_view action,
                          std::string_view way_out) {
  return Error(
      absl::StatusCode::kFailedPrecondition, reason,
      absl::StrCat(View(action), " is not possible in state ", View(state), ". ", View(way_out)),
      {{"state", std::string(state)}, {"action", std::string(action)}});
}

absl::Status PreconditionsFailed(std::string_view reason, std::string_view message,
                                 const std::vector<Precondition>& violations) {
  google::rpc::PreconditionFailure failure;
  for (const auto& item : violations) {
    if (failure.violations_size() >= kMaxViolations) break;
    auto* violation = failure.add_violations();
    violation->set_type(item.type);
    violation->set_subject(item.subject);
    violation->set_description(item.description);
  }
  absl::Status status = Error(absl::StatusCode::kFailedPrecondition, reason, message);
  Attach(status, failure);
  return status;
}

absl::Status PermissionDenied(std::string_view reason, std::string_view message) {
  return Error(absl::StatusCode::kPermissionDenied, reason, message);
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(TypeUrl<google::rpc::ErrorInfo>());
  google::rpc::ErrorInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return "";
  return info.reason();
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status out;
  out.set_code(static_cast<int>(status.code()));
  std::string message(status.message());
  if (message.size() > kMaxMessageBytes) {
    message.resize(kMaxMessageBytes - 3);
    while (!message.empty() && (message.back() & 0xc0) == 0x80) message.pop_back();
    if (!message.empty() && (message.back() & 0x80)) message.pop_back();
    message += "...";
  }
  out.set_message(message);
  // absl visits payloads in an order that differs from run to run; clients and tests get one.
  std::map<std::string, std::string> details;
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    details.emplace(type_url, payload);
  });
  size_t bytes = 0;
  const auto add = [&](const auto& detail) {
    bytes += detail.second.size();
    if (bytes > kMaxDetailBytes) return;
    auto* any = out.add_details();
    any->set_type_url(detail.first);
    any->set_value(detail.second);
  };
  if (const auto info = details.extract(TypeUrl<google::rpc::ErrorInfo>())) {
    add(std::pair(info.key(), info.mapped()));
  }
  for (const auto& detail : details) add(detail);
  return out;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  absl::Status out(static_cast<absl::StatusCode>(status.code()), status.message());
  for (const auto& any : status.details()) out.SetPayload(any.type_url(), absl::Cord(any.value()));
  return out;
}

}  // namespace ip
