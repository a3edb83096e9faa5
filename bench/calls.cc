#include "bench/calls.h"

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/referral_data.h"
#include "individuellplan/notification/v1/notification_service.pb.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "lib/base/clock.h"
#include "lib/base/id.h"

ABSL_FLAG(std::string, issuer, "", "The issuer of access tokens that the gateway trusts.");
ABSL_FLAG(std::string, issuer_key, "", "Its private key (JWK).");

namespace ip::bench {
namespace {

namespace plan = individuellplan::plan::v1;
namespace referral = individuellplan::referral::v1;
namespace notification = individuellplan::notification::v1;
using nlohmann::json;

constexpr char kPlans[] = "/individuellplan.plan.v1.PlanService/";
constexpr char kReferrals[] = "/individuellplan.referral.v1.ReferralService/";
constexpr char kNotifications[] = "/individuellplan.notification.v1.NotificationService/";
constexpr char kScopes[] =
    "individuellplan/plans.read individuellplan/plans.write individuellplan/notices.read"
    " individuellplan/notices.write individuellplan/notices.handle"
    " individuellplan/notifications.read individuellplan/notifications.write";
constexpr int64_t kPlansUsed = 5000;
constexpr int kCaseWorkers = 10;
constexpr int64_t kLifetime = int64_t{5} * 3600;

auth::Jwk ReadKey(const std::string& path) {
  std::ifstream file(path);
  auto key = auth::Jwk::Parse(json::parse(file));
  if (!key.ok()) Fail(absl::StrCat(path, ": ", std::string(key.status().message())));
  return *std::move(key);
}

Call To(const char* service, const char* method, const google::protobuf::Message& request,
        const std::string& token) {
  return {absl::StrCat(service, method), Pack(request), token};
}

}  // namespace

Calls::Calls()
    : key_(ReadKey(absl::GetFlag(FLAGS_issuer_key))),
      plans_(FindPlans(suite_, "ip_plan", kPlansUsed, true)),
      practice_(Token(10, "PRACTITIONER", kPractice)) {
  for (int i = 0; i < kCoordinators; ++i) {
    coordinators_.push_back(Token(kFirstCoordinator + i, "PRACTITIONER", kTherapists));
  }
  for (int i = 0; i < kCaseWorkers; ++i) {
    case_workers_.push_back(Token(100 + i, "CASE_WORKER", kUnitOrganization));
  }
  serial_ = 3'000'000 + static_cast<int64_t>(std::random_device()() % 7'000'000);
}

std::string Calls::Token(int64_t person, const char* role, const char* organization) const {
  const int64_t now = absl::ToUnixSeconds(SystemClock().Now());
  const std::string number(Suite::Number(person).Reveal());
  auto token =
      key_.Sign({{"typ", "at+jwt"}},
                {{"iss", absl::GetFlag(FLAGS_issuer)},
                 {"sub", absl::StrCat("bench-", person)},
                 {"aud", "urn:individuellplan"},
                 {"iat", now},
                 {"exp", now + kLifetime},
                 {"client_id", "bench"},
                 {"scope", kScopes},
                 {"name", "Navn Navnesen"},
                 {"helseid://claims/identity/pid", number},
                 {"helseid://claims/identity/security_level", "4"},
                 {"helseid://claims/hpr/hpr_number", absl::StrCat(9'990'000 + person % 10'000)},
                 {"organization_number", std::string(organization).substr(14)},
                 {"roles", {role}}});
  if (!token.ok()) Fail(std::string(token.status().message()));
  return absl::StrCat("Bearer ", *token);
}

Operation Calls::OfPlan(const char* method, const StoredPlan& stored) const {
  plan::GetPlanRequest request;  // CheckPlanRequest has the same first field
  request.set_name(stored.name);
  return {To(kPlans, method, request, coordinators_[static_cast<size_t>(stored.coordinator)])};
}

Operation Calls::UpdateActivity(const StoredPlan& stored) {
  plan::UpdateActivityRequest request;
  request.mutable_activity()->set_name(stored.activities[random_() % stored.activities.size()]);
  request.mutable_activity()->set_extent(absl::StrCat(random_() % 9 + 1, " timer hver uke"));
  request.set_request_id(NewId(SystemClock().Now()));
  return {To(kPlans, "UpdateActivity", request,
             coordinators_[static_cast<size_t>(stored.coordinator)])};
}

Operation Calls::SendNotice() {
  referral::CreateNoticeRequest create;
  *create.mutable_notice() = NewNotice();
  create.mutable_subject_identity()->set_national_id(
      std::string(Suite::Number(serial_++).Reveal()));
  create.set_request_id(NewId(SystemClock().Now()));
  auto submitted = std::make_shared<bool>(false);
  return {To(kReferrals, "CreateNotice", create, practice_),
          [this, submitted](const grpc::ByteBuffer& answer) -> std::optional<Call> {
            if (std::exchange(*submitted, true)) return std::nullopt;
            referral::NeedNotice draft;
            Unpack(answer, draft);
            referral::ActionRequest submit;
            submit.set_name(draft.name());
            submit.set_etag(draft.etag());
            submit.set_request_id(NewId(SystemClock().Now()));
            return To(kReferrals, "SubmitNotice", submit, practice_);
          }};
}

Operation Calls::TakeNext(const std::string& token) const {
  referral::TakeNextNoticeRequest request;
  request.set_unit(kUnit);
  request.set_request_id(NewId(SystemClock().Now()));
  return {To(kReferrals, "TakeNextNotice", request, token)};
}

Operation Calls::Next(const Mix& mix) {
  const StoredPlan& stored = plans_[random_() % plans_.size()];
  const std::string& somebody = coordinators_[random_() % coordinators_.size()];
  const std::string& worker = case_workers_[random_() % case_workers_.size()];
  auto turn = static_cast<int>(random_() % 100);
  const auto is = [&turn](int part) { return (turn -= part) < 0; };
  if (is(mix.get_plan)) return OfPlan("GetPlan", stored);
  if (is(mix.attention)) {
    plan::ListPlansRequest request;
    request.set_order_by("attention");
    return {To(kPlans, "ListPlans", request, somebody)};
  }
  if (is(mix.my_activities)) {
    return {To(kPlans, "ListMyActivities", plan::ListMyActivitiesRequest(), somebody)};
  }
  if (is(mix.my_notifications)) {
    return {To(kNotifications, "ListMyNotifications", notification::ListMyNotificationsRequest(),
               somebody)};
  }
  if (is(mix.check_plan)) return OfPlan("CheckPlan", stored);
  if (is(mix.update_activity)) return UpdateActivity(stored);
  if (is(mix.queue)) {
    referral::ListQueueRequest request;
    request.set_unit(kUnit);
    return {To(kReferrals, "ListQueue", request, worker)};
  }
  return is(mix.send_notice) ? SendNotice() : TakeNext(worker);
}

}  // namespace ip::bench
