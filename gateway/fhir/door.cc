#include "gateway/fhir/door.h"

#include <utility>

#include "gateway/doors/http_message.h"
#include "gateway/fhir/answers.h"
#include "gateway/fhir/plan.h"
#include "gateway/fhir/search.h"
#include "gateway/session/url.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

namespace pb = individuellplan::plan::v1;
using fhir::Json;

constexpr std::string_view kRoot = "/fhir/R4";

// A GET; other methods are refused.
class ReadCall final : public FhirCall {
 public:
  using FhirCall::FhirCall;

 private:
  std::shared_ptr<ReadCall> Self() {
    return std::static_pointer_cast<ReadCall>(shared_from_this());
  }

  void Run() override {
    if (request().method() == http::verb::get) return Get();
    const auto method = request().method_string();
    Fail(fhir::NotSupported(absl::StrCat("HTTP ", std::string(method.data(), method.size()))));
  }

  void Get() {
    if (path_.size() == 1 && path_[0] == "metadata") return Reply(200, fhir::Capabilities(base()));
    if (path_.empty() || fhir::SearchParameters(path_[0]) == nullptr) {
      return Fail(fhir::NotSupported("This type"));
    }
    if (path_.size() == 1) return Search();
    if (path_.size() == 2) return Read();
    if (path_.size() == 3 && path_[2] == "$status" && path_[0] == "CarePlan") {
      return WithPlan(path_[1], [self = Self()](const pb::CarePlan& plan) {
        self->Reply(200, fhir::StatusOf(plan));
      });
    }
    if (path_.size() == 3 && path_[2] == "$everything" &&
        (path_[0] == "CarePlan" || path_[0] == "Patient")) {
      return WithPlan(path_[1], [self = Self()](const pb::CarePlan& plan) {
        self->Reply(200, fhir::ToBundle(fhir::ToResources(plan), "collection", self->base()));
      });
    }
    Fail(fhir::NotSupported("This operation"));
  }

  void Read() {
    if (path_[0] == "AuditEvent") return ReadAudit();
    WithPlan(path_[1], [self = Self()](const pb::CarePlan& plan) {
      for (const Json& resource : fhir::ToResources(plan)) {
        if (resource.at("resourceType") == self->path_[0] && resource.at("id") == self->path_[1]) {
          return self->Reply(200, resource);
        }
      }
      self->Fail(NotFound("resource"));
    });
  }

  void Search() {
    auto search = fhir::Search::Read(path_[0], QueryOf(request()));
    if (!search.ok()) return Fail(search.status());
    search_ = *std::move(search);
    const std::string plan = search_.Plan();
    if (plan.empty()) {
      if (path_[0] == "CarePlan") return SearchPlans();
      return Fail(
          InvalidField("patient", "is required here: Patient/{id} of a plan you may read."));
    }
    if (path_[0] == "AuditEvent") return SearchAudit(plan);
    WithPlan(plan, [self = Self()](const pb::CarePlan& read) {
      std::vector<Json> found = fhir::ToResources(read);
      std::erase_if(found, [&](const Json& resource) { return !self->search_.Fits(resource); });
      Json bundle = fhir::ToBundle(found, "searchset", self->base());
      bundle["link"] = self->Links("");
      self->Reply(200, bundle);
    });
  }

  // The caller's plans, without content: what a list shows of each.
  void SearchPlans() {
    pb::ListPlansRequest request;
    request.set_page_token(search_.page());
    request.set_page_size(search_.page_size());
    Ask<pb::ListPlansResponse>(
        absl::StrCat(kPlanService, "ListPlans"), request,
        [self = Self()](const pb::ListPlansResponse& response) {
          std::vector<Json> found;
          for (const pb::PlanSummary& summary : response.plans()) {
            pb::CarePlan plan;
            plan.set_name(summary.name());
            plan.set_state(summary.state());
            plan.mutable_subject()->set_display_name(summary.subject_display_name());
            *plan.mutable_update_time() = summary.update_time();
            Json resource = fhir::ToResources(plan).at(1);
            resource["meta"]["tag"] = Json::array(
                {Json{{"system", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"},
                      {"code", "SUBSETTED"}}});
            if (self->search_.Fits(resource)) found.push_back(std::move(resource));
          }
          self->ReplyPage(found, response.next_page_token());
        });
  }

  void SearchAudit(const std::string& id) {
    pb::ListAccessLogEntriesRequest request;
    request.set_parent(fhir::PlanNameOf(id));
    request.set_page_token(search_.page());
    request.set_page_size(search_.page_size());
    Ask<pb::ListAccessLogEntriesResponse>(
        absl::StrCat(kAccessService, "ListAccessLogEntries"), request,
        [self = Self()](const pb::ListAccessLogEntriesResponse& response) {
          std::vector<Json> found;
          for (const auto& entry : response.access_log_entries()) {
            found.push_back(fhir::ToAuditEvent(entry));
          }
          self->ReplyPage(found, response.next_page_token());
        });
  }

  void ReadAudit() {
    pb::ListAccessLogEntriesRequest request;
    request.set_parent(fhir::PlanNameOf(path_[1]));
    const std::string name = fhir::AccessLogEntryNameOf(path_[1]);
    if (name.empty()) return Fail(NotFound("resource"));
    request.set_filter(absl::StrCat("name = \"", name, "\""));
    Ask<pb::ListAccessLogEntriesResponse>(
        absl::StrCat(kAccessService, "ListAccessLogEntries"), request,
        [self = Self()](const pb::ListAccessLogEntriesResponse& response) {
          if (response.access_log_entries().empty()) return self->Fail(NotFound("resource"));
          self->Reply(200, fhir::ToAuditEvent(response.access_log_entries(0)));
        });
  }

  void ReplyPage(const std::vector<Json>& found, const std::string& next) {
    Json bundle = fhir::ToBundle(found, "searchset", base());
    bundle.erase("total");  // of this page alone, and a total of all would tell too much
    bundle["link"] = Links(next);
    Reply(200, bundle);
  }

  Json Links(const std::string& next) const {
    Json links = Json::array({Json{{"relation", "self"}, {"url", search_.Link(base())}}});
    if (!next.empty()) {
      links.push_back(Json{{"relation", "next"}, {"url", search_.Link(base(), next)}});
    }
    return links;
  }

  fhir::Search search_;
};

}  // namespace

bool FhirDoor::Serves(std::string_view path) {
  return path == kRoot ||
         (path.substr(0, kRoot.size()) == kRoot && path.substr(kRoot.size(), 1) == "/");
}

void FhirDoor::Handle(std::shared_ptr<Exchange> exchange) {
  const std::string path(PathOf(exchange->request()).substr(kRoot.size()));
  const bool post = exchange->request().method() == http::verb::post;
  const auto call = post ? MakeImportCall(&parts_, std::move(exchange), path)
                         : std::make_shared<ReadCall>(&parts_, std::move(exchange), path);
  call->Begin();
}

}  // namespace ip::gateway
