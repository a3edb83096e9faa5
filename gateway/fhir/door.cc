#include "gateway/fhir/door.h"

#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/doors/forward.h"
#include "gateway/doors/http_message.h"
#include "gateway/fhir/answers.h"
#include "gateway/fhir/import.h"
#include "gateway/fhir/plan.h"
#include "gateway/fhir/search.h"
#include "gateway/session/url.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/rpc/checks.h"

namespace ip::gateway {
namespace {

namespace pb = individuellplan::plan::v1;
using fhir::Json;

constexpr std::string_view kRoot = "/fhir/R4";
constexpr char kMediaType[] = "application/fhir+json";
constexpr char kPlanService[] = "/individuellplan.plan.v1.PlanService/";
constexpr char kAccessService[] = "/individuellplan.plan.v1.AccessService/";

}  // namespace

// One request on its way: one or several calls to plan-service, then one answer.
class FhirCall : public std::enable_shared_from_this<FhirCall> {
 public:
  FhirCall(FhirDoor* door, std::shared_ptr<Exchange> exchange)
      : door_(*door), exchange_(std::move(exchange)) {}

  void Begin() {
    Guarded([this] { Route(); });
  }

 private:
  // A mistake of ours (a field of the contract that FHIR has no type for) ends the call and not the
  // process. What is thrown may quote values, so it is not logged.
  template <class Step>
  void Guarded(const Step& step) {
    try {
      step();
    } catch (const std::exception&) {
      const std::string id = NewId(SystemClock().Now());
      Log(Severity::kError, "fhir.failed", {{"error_id", id}});
      Fail(rpc::Masked(id));
    }
  }

  void Route() {
    const HttpRequest& request = exchange_->request();
    const std::string path(PathOf(request).substr(kRoot.size()));
    parts_ = absl::StrSplit(path, '/', absl::SkipEmpty());
    exchange_->OnGone([call = weak_from_this()] {
      if (const auto self = call.lock()) self->Cancel();
    });
    if (request.method() == http::verb::get) return Get();
    if (request.method() == http::verb::post) return Post();
    Fail(fhir::NotSupported(absl::StrCat(
        "HTTP ", std::string(request.method_string().data(), request.method_string().size()))));
  }

  void Get() {
    if (parts_.size() == 1 && parts_[0] == "metadata")
      return Reply(200, fhir::Capabilities(door_.base_));
    if (parts_.empty() || fhir::SearchParameters(parts_[0]) == nullptr) {
      return Fail(fhir::NotSupported("This type"));
    }
    if (parts_.size() == 1) return Search();
    if (parts_.size() == 2) return Read();
    if (parts_.size() == 3 && parts_[2] == "$status" && parts_[0] == "CarePlan") {
      return WithPlan(parts_[1], [self = shared_from_this()](const pb::CarePlan& plan) {
        self->Reply(200, fhir::StatusOf(plan));
      });
    }
    if (parts_.size() == 3 && parts_[2] == "$everything" &&
        (parts_[0] == "CarePlan" || parts_[0] == "Patient")) {
      return WithPlan(parts_[1], [self = shared_from_this()](const pb::CarePlan& plan) {
        self->Reply(200, fhir::ToBundle(fhir::ToResources(plan), "collection", self->door_.base_));
      });
    }
    Fail(fhir::NotSupported("This operation"));
  }

  void Read() {
    if (parts_[0] == "AuditEvent") return ReadAudit();
    WithPlan(parts_[1], [self = shared_from_this()](const pb::CarePlan& plan) {
      for (const Json& resource : fhir::ToResources(plan)) {
        if (resource.at("resourceType") == self->parts_[0] &&
            resource.at("id") == self->parts_[1]) {
          return self->Reply(200, resource);
        }
      }
      self->Fail(NotFound("resource"));
    });
  }

  void Search() {
    auto search = fhir::Search::Read(parts_[0], QueryOf(exchange_->request()));
    if (!search.ok()) return Fail(search.status());
    search_ = *std::move(search);
    const std::string plan = search_.Plan();
    if (plan.empty()) {
      if (parts_[0] == "CarePlan") return SearchPlans();
      return Fail(
          InvalidField("patient", "is required here: Patient/{id} of a plan you may read."));
    }
    if (parts_[0] == "AuditEvent") return SearchAudit(plan);
    WithPlan(plan, [self = shared_from_this()](const pb::CarePlan& read) {
      std::vector<Json> found = fhir::ToResources(read);
      std::erase_if(found, [&](const Json& resource) { return !self->search_.Fits(resource); });
      Json bundle = fhir::ToBundle(found, "searchset", self->door_.base_);
      bundle["link"] = self->Links("");
      self->Reply(200, bundle);
    });
  }

  // The caller's plans, without content: what a list shows of each.
  void SearchPlans() {
    pb::ListPlansRequest request;
    request.set_page_token(search_.page());
    request.set_page_size(search_.page_size());
    Call<pb::ListPlansResponse>(
        absl::StrCat(kPlanService, "ListPlans"), request,
        [self = shared_from_this()](const pb::ListPlansResponse& response) {
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
    Call<pb::ListAccessLogEntriesResponse>(
        absl::StrCat(kAccessService, "ListAccessLogEntries"), request,
        [self = shared_from_this()](const pb::ListAccessLogEntriesResponse& response) {
          std::vector<Json> found;
          for (const auto& entry : response.access_log_entries()) {
            found.push_back(fhir::ToAuditEvent(entry));
          }
          self->ReplyPage(found, response.next_page_token());
        });
  }

  void ReadAudit() {
    pb::ListAccessLogEntriesRequest request;
    request.set_parent(fhir::PlanNameOf(parts_[1]));
    const std::string name = fhir::AccessLogEntryNameOf(parts_[1]);
    if (name.empty()) return Fail(NotFound("resource"));
    request.set_filter(absl::StrCat("name = \"", name, "\""));
    Call<pb::ListAccessLogEntriesResponse>(
        absl::StrCat(kAccessService, "ListAccessLogEntries"), request,
        [self = shared_from_this()](const pb::ListAccessLogEntriesResponse& response) {
          if (response.access_log_entries().empty()) return self->Fail(NotFound("resource"));
          self->Reply(200, fhir::ToAuditEvent(response.access_log_entries(0)));
        });
  }

  void ReplyPage(const std::vector<Json>& found, const std::string& next) {
    Json bundle = fhir::ToBundle(found, "searchset", door_.base_);
    bundle.erase("total");  // of this page alone, and a total of all would tell too much
    bundle["link"] = Links(next);
    Reply(200, bundle);
  }

  Json Links(const std::string& next) const {
    Json links = Json::array({Json{{"relation", "self"}, {"url", search_.Link(door_.base_)}}});
    if (!next.empty()) {
      links.push_back(Json{{"relation", "next"}, {"url", search_.Link(door_.base_, next)}});
    }
    return links;
  }

  // Import.

  void Post() {
    const HttpRequest& request = exchange_->request();
    const std::string type = MediaType(Header(request, "content-type"));
    if (type != kMediaType && type != "application/json") {
      return Fail(Error(absl::StatusCode::kInvalidArgument, "CONTENT_TYPE_WRONG",
                        "The Content-Type must be application/fhir+json."));
    }
    const bool content = parts_.size() == 3 && parts_[0] == "CarePlan" && parts_[2] == "$import";
    if (!parts_.empty() && !content) return Fail(fhir::NotSupported("This operation"));
    const auto bundle = fhir::ReadResource(request.body());
    if (!bundle.ok()) return Fail(bundle.status());
    auto plan = fhir::FromBundle(*bundle);
    if (!plan.ok()) return Fail(plan.status());
    imported_ = *std::move(plan);
    digest_ = absl::BytesToHexString(Sha256(request.body()));
    if (content) return BringContent();
    Open(fhir::NationalIdOf(*bundle));
  }

  void Open(const std::string& national_id) {
    const std::string_view query = QueryOf(exchange_->request());
    const fhir::Destination destination{QueryParameter(query, "unit"),
                                        QueryParameter(query, "municipality")};
    Call<pb::CarePlan>(
        absl::StrCat(kPlanService, "CreatePlan"),
        fhir::Opening(imported_, national_id, destination, digest_),
        [self = shared_from_this()](const pb::CarePlan& plan) {
          const std::string url =
              absl::StrCat(self->door_.base_, "CarePlan/", fhir::FhirId(plan.name()));
          std::vector<std::string> left_out = fhir::LeftOut(self->imported_);
          left_out.push_back(absl::StrCat(
              "goals and activities yet: the owner or the coordinator sends the Bundle to ", url,
              "/$import"));
          self->Reply(
              201,
              fhir::Outcome(std::vector<std::string>{"The plan was opened as a draft."}, left_out),
              url);
        });
  }

  void BringContent() {
    plan_ = fhir::PlanNameOf(parts_[1]);
    goals_ = fhir::GoalsToBring(imported_);
    activities_ = fhir::ActivitiesToBring(imported_);
    Call<pb::CarePlan>(absl::StrCat(kPlanService, "UpdatePlan"),
                       fhir::Content(imported_, plan_, /*by_owner=*/false, digest_),
                       [self = shared_from_this()](const pb::CarePlan&) { self->BringOwnWords(); });
  }

  // What matters most to the owner comes in when the owner themself brings it.
  void BringOwnWords() {
    if (role_ != individuellplan::type::v1::CITIZEN || !imported_.has_what_matters_most()) {
      return NextGoal(0);
    }
    Call<pb::CarePlan>(absl::StrCat(kPlanService, "UpdatePlan"),
                       fhir::Content(imported_, plan_, /*by_owner=*/true, digest_),
                       [self = shared_from_this()](const pb::CarePlan&) { self->NextGoal(0); });
  }

  void NextGoal(size_t i) {
    if (i == goals_.size()) return NextActivity(0);
    const std::string before = goals_[i].name();
    pb::CreateGoalRequest request;
    request.set_parent(plan_);
    *request.mutable_goal() = goals_[i];
    request.mutable_goal()->set_parent_goal(new_names_[goals_[i].parent_goal()]);
    request.set_request_id(fhir::RequestId(digest_, absl::StrCat(plan_, before)));
    Call<pb::Goal>(absl::StrCat(kPlanService, "CreateGoal"), request,
                   [self = shared_from_this(), before, i](const pb::Goal& goal) {
                     self->new_names_[before] = goal.name();
                     self->NextGoal(i + 1);
                   });
  }

  void NextActivity(size_t i) {
    if (i == activities_.size()) {
      return Reply(200,
                   fhir::Outcome({absl::StrCat(goals_.size(), " goals and ", activities_.size(),
                                               " activities were brought in.")},
                                 fhir::LeftOut(imported_)));
    }
    pb::CreateActivityRequest request;
    request.set_parent(plan_);
    pb::Activity& activity = *request.mutable_activity();
    activity = activities_[i];
    activity.clear_goals();
    for (const std::string& goal : activities_[i].goals()) {
      if (new_names_.contains(goal)) activity.add_goals(new_names_[goal]);
    }
    request.set_request_id(fhir::RequestId(digest_, absl::StrCat(plan_, activity.name())));
    Call<pb::Activity>(
        absl::StrCat(kPlanService, "CreateActivity"), request,
        [self = shared_from_this(), i](const pb::Activity&) { self->NextActivity(i + 1); });
  }

  // Calls.

  void WithPlan(const std::string& id, std::function<void(const pb::CarePlan&)> then) {
    const std::string name = fhir::PlanNameOf(id);
    if (name.empty()) return Fail(NotFound("plan"));
    pb::GetPlanRequest request;
    request.set_name(name);
    Call<pb::CarePlan>(absl::StrCat(kPlanService, "GetPlan"), request, std::move(then));
  }

  // Calls as the client, who is asked about anew each time; an error becomes the answer.
  template <class Response>
  void Call(const std::string& path, const google::protobuf::Message& request,
            std::function<void(const Response&)> then) {
    const Method* method = door_.methods_.Find(path);
    if (method == nullptr) return Fail(fhir::NotSupported("Plans"));
    Credentials credentials = CredentialsOf(*exchange_, door_.session_cookie_);
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
      Response response;
      response.ParseFromString(wire);
      self->Guarded([&] { then(response); });
    };
    door_.gate_.Admit(*method, std::move(credentials),
                      [self = shared_from_this(), method, record, finish,
                       wire = request.SerializeAsString()](absl::StatusOr<Pass> pass) {
                        if (!pass.ok()) return finish(pass.status(), "");
                        record->SetCaller(pass->caller);
                        self->role_ = pass->caller.role;
                        const auto kept = std::make_shared<Pass>(*std::move(pass));
                        self->Hold(ForwardUnary(
                            {self->door_.backends_[method->route], *method, *kept, *record,
                             CapDeadline(*method, record->arrival(), absl::InfiniteFuture())},
                            wire, [finish, kept](const absl::Status& status, std::string answer) {
                              finish(status, answer);
                            }));
                      });
  }

  // The client has gone: the call in flight is cancelled, and none follows it.
  void Cancel() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    if (forwarded_ != nullptr) forwarded_->Cancel();
  }
  void Hold(std::shared_ptr<Forwarded> forwarded) {
    const std::lock_guard lock(mutex_);
    forwarded_ = std::move(forwarded);
    if (gone_) forwarded_->Cancel();
  }

  // Answers.

  // Of a query one quotes what the client sent, which need not be UTF-8.
  static std::string Text(const Json& resource) {
    return resource.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  void Reply(int status, const Json& resource, const std::string& location = "") {
    HttpResponse response = MakeResponse(status, kMediaType, Text(resource));
    if (!location.empty()) response.set(http::field::location, location);
    exchange_->Reply(std::move(response));
  }
  void Fail(const absl::Status& status) {
    const int code = HttpStatusOf(status.code());
    HttpResponse response = MakeResponse(code, kMediaType, Text(fhir::Outcome(status)));
    if (code == 401) response.set(http::field::www_authenticate, "Bearer");
    exchange_->Reply(std::move(response));
  }

  FhirDoor& door_;
  const std::shared_ptr<Exchange> exchange_;
  std::vector<std::string> parts_;  // of the path
  fhir::Search search_;
  std::mutex mutex_;
  bool gone_ = false;                     // under mutex_
  std::shared_ptr<Forwarded> forwarded_;  // the last call; under mutex_
  // While importing.
  individuellplan::type::v1::Role role_ = individuellplan::type::v1::ROLE_UNSPECIFIED;
  pb::CarePlan imported_;
  std::string digest_;
  std::string plan_;
  std::vector<pb::Goal> goals_;
  std::vector<pb::Activity> activities_;
  std::map<std::string, std::string> new_names_;
};

bool FhirDoor::Serves(std::string_view path) {
  return path == kRoot ||
         (path.substr(0, kRoot.size()) == kRoot && path.substr(kRoot.size(), 1) == "/");
}

void FhirDoor::Handle(std::shared_ptr<Exchange> exchange) {
  std::make_shared<FhirCall>(this, std::move(exchange))->Begin();
}

}  // namespace ip::gateway
