#include "gateway/policy/call_record.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"
#include "lib/base/log.h"

namespace ip::gateway {
namespace {

bool IsPlainId(std::string_view s) {
  return !s.empty() && s.size() <= 64 && std::all_of(s.begin(), s.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

rpc::CallMetrics& UnknownMetrics() {
  static auto* metrics = new rpc::CallMetrics("unknown", "unknown");
  return *metrics;
}

}  // namespace

CallRecord::CallRecord(std::string_view protocol, const Method* method,
                       std::string_view traceparent, std::string_view correlation_id)
    : protocol_(protocol),
      method_(method),
      arrival_(SystemClock().Now()),
      trace_(rpc::Trace::Continue(traceparent)),
      correlation_id_(IsPlainId(correlation_id) ? std::string(correlation_id) : trace_.trace_id) {}

void CallRecord::SetCaller(const Caller& caller) {
  subject_ = absl::BytesToHexString(Sha256(caller.Subject()).substr(0, 6));
  role_ = individuellplan::type::v1::Role_Name(caller.role);
}

void CallRecord::Done(absl::StatusCode code, std::string_view reason) {
  const absl::Duration took = SystemClock().Now() - arrival_;
  (method_ == nullptr ? UnknownMetrics() : *method_->metrics).Done(code, took);
  Log(Severity::kInfo, "call",
      {{"rpc", method_ == nullptr ? "unknown" : method_->path.substr(1)},
       {"protocol", std::string(protocol_)},
       {"code", absl::StatusCodeToString(code)},
       {"reason", std::string(reason)},
       {"dur_us", absl::ToInt64Microseconds(took)},
       {"role", role_},
       {"subject", subject_},
       {"trace_id", trace_.trace_id},
       {"span_id", trace_.span_id},
       {"parent_span", trace_.parent_span},
       {"correlation_id", correlation_id_}});
}

}  // namespace ip::gateway
