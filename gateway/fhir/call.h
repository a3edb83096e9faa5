// One FHIR request on its way: one or several calls to plan-service, then one answer.
#ifndef GATEWAY_FHIR_CALL_H_
#define GATEWAY_FHIR_CALL_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gateway/doors/backend.h"
#include "gateway/doors/forward.h"
#include "gateway/doors/http_server.h"
#include "gateway/fhir/answers.h"
#include "gateway/policy/gate.h"
#include "gateway/policy/methods.h"
#include "individuellplan/plan/v1/plan_service.pb.h"

namespace ip::gateway {

// What the door gives to each call; outlives it.
struct FhirParts {
  const Methods& methods;
  const std::vector<Backend>& backends;
  Gate& gate;
  std::string session_cookie;
  std::string base;  // the address of /fhir/R4/ as clients see it, with its last slash
};

class FhirCall : public std::enable_shared_from_this<FhirCall> {
 public:
  // `path` is what stands behind /fhir/R4.
  FhirCall(const FhirParts* parts, std::shared_ptr<Exchange> exchange, std::string_view path);
  virtual ~FhirCall() = default;

  void Begin();

 protected:
  static constexpr char kMediaType[] = "application/fhir+json";
  static constexpr char kPlanService[] = "/individuellplan.plan.v1.PlanService/";
  static constexpr char kAccessService[] = "/individuellplan.plan.v1.AccessService/";

  // Calls Ask, or answers at once.
  virtual void Run() = 0;

  // Calls as the client, who is asked about anew each time; an error becomes the answer.
  template <class Response>
  void Ask(const std::string& rpc, const google::protobuf::Message& request,
           std::function<void(const Response&)> then) {
    Forward(rpc, request, [then = std::move(then)](const std::string& wire) {
      Response response;
      response.ParseFromString(wire);
      then(response);
    });
  }
  // The plan of a FHIR id.
  void WithPlan(const std::string& id,
                std::function<void(const individuellplan::plan::v1::CarePlan&)> then);

  void Reply(int status, const fhir::Json& resource, const std::string& location = "");
  void Fail(const absl::Status& status);

  const HttpRequest& request() const { return exchange_->request(); }
  const std::string& base() const { return parts_.base; }
  // Of the client, as the last call to a service showed.
  individuellplan::type::v1::Role role() const { return role_; }

  const std::vector<std::string> path_;  // its words

 private:
  void Guarded(const std::function<void()>& step);
  void Forward(const std::string& rpc, const google::protobuf::Message& request,
               std::function<void(const std::string& wire)> then);
  void Cancel();
  void Hold(std::shared_ptr<Forwarded> forwarded);

  const FhirParts& parts_;
  const std::shared_ptr<Exchange> exchange_;
  individuellplan::type::v1::Role role_ = individuellplan::type::v1::ROLE_UNSPECIFIED;
  std::mutex mutex_;
  bool gone_ = false;                     // under mutex_
  std::shared_ptr<Forwarded> forwarded_;  // the last call; under mutex_
};

// A POST: opens a plan from a Bundle, or brings its content in.
std::shared_ptr<FhirCall> MakeImportCall(const FhirParts* parts, std::shared_ptr<Exchange> exchange,
                                         std::string_view path);

}  // namespace ip::gateway

#endif  // GATEWAY_FHIR_CALL_H_
