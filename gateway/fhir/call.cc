#include "gateway/fhir/call.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/doors/http_message.h"
#include "gateway/fhir/plan.h"
#include "gateway/fhir/search.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/rpc/checks.h"

namespace ip::gateway {
namespace {

using fhir::Json;

// Of a query one quotes what the client sent, which need not be UTF-8.
std::string Text(const Json& resource) {
  return resource.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> WordsOf(std::string_view path) {
  return absl::StrSplit(std::string(path), '/', absl::SkipEmpty());
}

}  // namespace

FhirCall::FhirCall(const FhirParts* parts, std::shared_ptr<Exchange> exchange,
                   std::string_view path)
    : path_(WordsOf(path)), parts_(*parts), exchange_(std::move(exchange)) {}

void FhirCall::Begin() {
  exchange_->OnGone([call = weak_from_this()] {
    if (const auto self = call.lock()) self->Cancel();
  });
  Guarded([this] { Run(); });
}

// A mistake of ours (a field of the contract that FHIR has no type for) ends the call and not the
// process. What is thrown may quote values, so it is not logged.
void FhirCall::Guarded(const std::function<void()>& step) {
  try {
    step();
  } catch (const std::exception&) {
    const std::string id = NewId(SystemClock().Now());
    Log(Severity::kError, "fhir.failed", {{"error_id", id}});
    Fail(rpc::Masked(id));
  }
}

void FhirCall::WithPlan(const std::string& id,
                        std::function<void(const individuellplan::plan::v1::CarePlan&)> then) {
  const std::string name = fhir::PlanNameOf(id);
  if (name.empty()) return Fail(NotFound("plan"));
  individuellplan::plan::v1::GetPlanRequest request;
  request.set_name(name);
  Ask<individuellplan::plan::v1::CarePlan>(absl::StrCat(kPlanService, "GetPlan"), request,
                                           std::move(then));
}

void FhirCall::Forward(const std::string& rpc, const google::protobuf::Message& request,
                       std::function<void(const std::string& wire)> then) {
  const Method* method = parts_.methods.Find(rpc);
  if (method == nullptr) return Fail(fhir::NotSupported("Plans"));
  Credentials credentials = CredentialsOf(*exchange_, parts_.session_cookie);
  if (!credentials.session.empty()) {
    if (auto status = CheckSameOrigin(exchange_->request()); !status.ok()) return Fail(status);
  }
  const auto record =
      std::make_shared<CallRecord>("fhir", method, Header(exchange_->request(), "traceparent"),
                                   Header(exchange_->request(), "x-correlation-id"));
  const auto finish = [self = shared_from_this(), record, then = std::move(then)](
                          const absl::Status& status, const std::string& wire) {
    record->Done(status.code(), ReasonOf(status));
    if (!status.ok()) return self->Fail(status);
    self->Guarded([&] { then(wire); });
  };
  parts_.gate.Admit(
      *method, std::move(credentials),
      [self = shared_from_this(), method, record, finish,
       wire = request.SerializeAsString()](absl::StatusOr<Pass> pass) {
        if (!pass.ok()) return finish(pass.status(), "");
        record->SetCaller(pass->caller);
        self->role_ = pass->caller.role;
        const auto kept = std::make_shared<Pass>(*std::move(pass));
        self->Hold(ForwardUnary(
            {self->parts_.backends[method->route], *method, *kept, *record,
             CapDeadline(*method, record->arrival(), absl::InfiniteFuture())},
            wire, [finish, kept](const absl::Status& status, const std::string& answer) {
              finish(status, answer);
            }));
      });
}

// The client has gone: the call in flight is cancelled, and none follows it.
void FhirCall::Cancel() {
  const std::lock_guard lock(mutex_);
  gone_ = true;
  if (forwarded_ != nullptr) forwarded_->Cancel();
}

void FhirCall::Hold(std::shared_ptr<Forwarded> forwarded) {
  const std::lock_guard lock(mutex_);
  forwarded_ = std::move(forwarded);
  if (gone_) forwarded_->Cancel();
}

void FhirCall::Reply(int status, const Json& resource, const std::string& location) {
  HttpResponse response = MakeResponse(status, kMediaType, Text(resource));
  if (!location.empty()) response.set(http::field::location, location);
  exchange_->Reply(std::move(response));
}

void FhirCall::Fail(const absl::Status& status) {
  const int code = HttpStatusOf(status.code());
  HttpResponse response = MakeResponse(code, kMediaType, Text(fhir::Outcome(status)));
  if (code == 401) response.set(http::field::www_authenticate, "Bearer");
  exchange_->Reply(std::move(response));
}

}  // namespace ip::gateway
