#include <map>
#include <utility>

#include "absl/strings/escaping.h"
#include "gateway/doors/connect_wire.h"
#include "gateway/doors/http_message.h"
#include "gateway/fhir/call.h"
#include "gateway/fhir/import.h"
#include "gateway/fhir/plan.h"
#include "gateway/fhir/search.h"
#include "gateway/session/url.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip::gateway {
namespace {

namespace pb = individuellplan::plan::v1;

class ImportCall final : public FhirCall {
 public:
  using FhirCall::FhirCall;

 private:
  std::shared_ptr<ImportCall> Self() {
    return std::static_pointer_cast<ImportCall>(shared_from_this());
  }

  void Run() override {
    const std::string type = MediaType(Header(request(), "content-type"));
    if (type != kMediaType && type != "application/json") {
      return Fail(Error(absl::StatusCode::kInvalidArgument, "CONTENT_TYPE_WRONG",
                        "The Content-Type must be application/fhir+json."));
    }
    const bool content = path_.size() == 3 && path_[0] == "CarePlan" && path_[2] == "$import";
    if (!path_.empty() && !content) return Fail(fhir::NotSupported("This operation"));
    const auto bundle = fhir::ReadResource(request().body());
    if (!bundle.ok()) return Fail(bundle.status());
    auto plan = fhir::FromBundle(*bundle);
    if (!plan.ok()) return Fail(plan.status());
    imported_ = *std::move(plan);
    digest_ = absl::BytesToHexString(Sha256(request().body()));
    if (content) return BringContent();
    Open(fhir::NationalIdOf(*bundle));
  }

  void Open(const std::string& national_id) {
    const std::string_view query = QueryOf(request());
    const fhir::Destination destination{QueryParameter(query, "unit"),
                                        QueryParameter(query, "municipality")};
    Ask<pb::CarePlan>(
        absl::StrCat(kPlanService, "CreatePlan"),
        fhir::Opening(imported_, national_id, destination, digest_),
        [self = Self()](const pb::CarePlan& plan) {
          const std::string url =
              absl::StrCat(self->base(), "CarePlan/", fhir::FhirId(plan.name()));
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
    plan_ = fhir::PlanNameOf(path_[1]);
    goals_ = fhir::GoalsToBring(imported_);
    activities_ = fhir::ActivitiesToBring(imported_);
    Ask<pb::CarePlan>(absl::StrCat(kPlanService, "UpdatePlan"),
                      fhir::Content(imported_, plan_, /*by_owner=*/false, digest_),
                      [self = Self()](const pb::CarePlan&) { self->BringOwnWords(); });
  }

  // What matters most to the owner comes in when the owner themself brings it.
  void BringOwnWords() {
    if (role() != individuellplan::type::v1::CITIZEN || !imported_.has_what_matters_most()) {
      return NextGoal(0);
    }
    Ask<pb::CarePlan>(absl::StrCat(kPlanService, "UpdatePlan"),
                      fhir::Content(imported_, plan_, /*by_owner=*/true, digest_),
                      [self = Self()](const pb::CarePlan&) { self->NextGoal(0); });
  }

  void NextGoal(size_t i) {
    if (i == goals_.size()) return NextActivity(0);
    const std::string before = goals_[i].name();
    pb::CreateGoalRequest request;
    request.set_parent(plan_);
    *request.mutable_goal() = goals_[i];
    request.mutable_goal()->set_parent_goal(new_names_[goals_[i].parent_goal()]);
    request.set_request_id(fhir::RequestId(digest_, absl::StrCat(plan_, before)));
    Ask<pb::Goal>(absl::StrCat(kPlanService, "CreateGoal"), request,
                  [self = Self(), before, i](const pb::Goal& goal) {
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
    Ask<pb::Activity>(absl::StrCat(kPlanService, "CreateActivity"), request,
                      [self = Self(), i](const pb::Activity&) { self->NextActivity(i + 1); });
  }

  pb::CarePlan imported_;
  std::string digest_;
  std::string plan_;
  std::vector<pb::Goal> goals_;
  std::vector<pb::Activity> activities_;
  std::map<std::string, std::string> new_names_;
};

}  // namespace

std::shared_ptr<FhirCall> MakeImportCall(const FhirParts* parts, std::shared_ptr<Exchange> exchange,
                                         std::string_view path) {
  return std::make_shared<ImportCall>(parts, std::move(exchange), path);
}

}  // namespace ip::gateway
