// The RPCs over a real database.
#include "notification-service/service/handlers.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/testing/mariadb.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/mail/tokens.h"
#include "notification-service/storage/intake_repository.h"

namespace ip::notification {
namespace {

using namespace individuellplan::type::v1;  // NOLINT: roles
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kReference[] = R"({
  "municipalities": [{"code": "9901", "displayName": "Fjordvik kommune"},
                     {"code": "9902", "displayName": "Lyngnes kommune"}],
  "organizations": [{"name": "organizations/910000001", "displayName": "A"},
                    {"name": "organizations/910000002", "displayName": "B"}],
  "units": [{"name": "units/fjordvik", "organization": "organizations/910000001", "municipalityCodes": ["9901"]},
            {"name": "units/lyngnes", "organization": "organizations/910000002", "municipalityCodes": ["9902"]}]})";

class FixedClock final : public Clock {
 public:
  absl::Time Now() const override { return OsloTime(2027, 3, 3, 9); }
};

class HandlersTest : public ::testing::Test {
 protected:
  HandlersTest() {
    // Told on 1 March; on 3 March the -7d rungs have been bound.
    ObligationEvent plan = EventOf("plans/p", 1);
    AddDuty(plan, "evaluations/e", Obligation::PLAN_EVALUATION,
            {{"persons/eva", Obligation::OWNER}, {"persons/kari", Obligation::COORDINATOR}},
            absl::CivilDay(2027, 3, 10));
    Take(plan);
    for (int i = 0; i < 5; ++i) {
      ObligationEvent notice = EventOf(absl::StrCat("notices/", i), 1);
      AddDuty(notice, "", Obligation::NOTICE_RECEIVED, {{"units/fjordvik", Obligation::UNIT}});
      Take(notice);
    }
    const auto addressees = *agenda_.DueAddressees(clock_.Now(), 100);
    for (const auto& addressee : addressees)
      EXPECT_TRUE(agenda_.Bind(addressee, clock_.Now()).ok());
  }
  void Take(const ObligationEvent& event) {
    EXPECT_TRUE(
        intake_
            .Apply("plan", event, rules_.On(absl::CivilDay(2027, 3, 1)), OsloTime(2027, 3, 1, 12))
            .ok());
  }
  static Caller As(Role role, const std::string& person, const std::string& organization = "") {
    Caller caller;
    caller.role = role;
    caller.person = person;
    caller.organization = organization;
    return caller;
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Call(absl::StatusOr<Response> (Handlers::*rpc)(rpc::CallContext&,
                                                                          const Request&),
                                const Caller& caller, const Request& request) {
    rpc::CallContext context(caller, "Rpc", OWN_NOTIFICATIONS);
    return (handlers_.*rpc)(context, request);
  }
  std::vector<pb::Notification> Inbox(const Caller& caller) {
    auto response = Call(&Handlers::ListMyNotifications, caller, pb::ListMyNotificationsRequest());
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->notifications().begin(), response->notifications().end()};
  }

  ip::testing::TestDatabase database_{"notification-service/migrations"};
  FixedClock clock_;
  Rules rules_ = *Rules::LoadDirectory(IP_RULES_DIR);
  Reference reference_ = *Reference::Parse(kReference);
  IntakeRepository intake_{&database_.pool(), std::string(32, 'k')};
  AgendaRepository agenda_{&database_.pool(), std::string(32, 'k')};
  DeliveryRepository deliveries_{&database_.pool()};
  InboxRepository inbox_{&database_.pool()};
  Bell queued_;
  Handlers handlers_{{&intake_, &agenda_, &deliveries_, &inbox_, &reference_, &rules_, &clock_,
                      &queued_, std::string(32, 'k')}};

  const Caller eva_ = As(CITIZEN, "persons/eva");
  const Caller liv_ = As(CASE_WORKER, "persons/liv", "organizations/910000001");
  const Caller per_ = As(CASE_WORKER, "persons/per", "organizations/910000002");
  const Caller gateway_ = As(SYSTEM, "");
  const Caller operator_ = As(OPERATOR, "persons/drift");
};

TEST_F(HandlersTest, EachSeesTheirOwnInbox) {
  const auto mine = Inbox(eva_);
  ASSERT_THAT(mine, SizeIs(1));
  EXPECT_EQ(mine[0].obligation(), "plans/p/evaluations/e");
  EXPECT_EQ(mine[0].due_date().day(), 10);
  EXPECT_THAT(Inbox(liv_), SizeIs(5));  // her unit's
  EXPECT_THAT(Inbox(As(UNIT_LEADER, "persons/gro", "organizations/910000001")), SizeIs(10));
  EXPECT_THAT(Inbox(per_), SizeIs(0));
  EXPECT_THAT(Inbox(As(PRACTITIONER, "persons/liv", "organizations/910000001")), SizeIs(0));
}

TEST_F(HandlersTest, OnlyTheRecipientOpensANotification) {
  pb::GetNotificationRequest request;
  request.set_name(Inbox(eva_)[0].name());
  EXPECT_TRUE(Call(&Handlers::GetNotification, eva_, request).ok());
  for (const Caller& other : {liv_, per_, As(PRACTITIONER, "persons/kari")}) {
    EXPECT_EQ(Call(&Handlers::GetNotification, other, request).status().code(),
              absl::StatusCode::kNotFound);
  }
  request.set_name(Inbox(liv_)[0].name());
  EXPECT_TRUE(Call(&Handlers::GetNotification, liv_, request).ok());
  EXPECT_EQ(Call(&Handlers::GetNotification, per_, request).status().code(),
            absl::StatusCode::kNotFound);
  request.set_name("notifications/../x");
  EXPECT_EQ(Call(&Handlers::GetNotification, eva_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HandlersTest, SeenIsSeenAndStaysThatTime) {
  pb::AcknowledgeNotificationRequest request;
  request.set_name(Inbox(eva_)[0].name());
  const auto seen = Call(&Handlers::AcknowledgeNotification, eva_, request);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_TRUE(seen->has_acknowledge_time());
  EXPECT_TRUE(Call(&Handlers::AcknowledgeNotification, eva_, request).ok());
  EXPECT_FALSE(Call(&Handlers::AcknowledgeNotification, liv_, request).ok());
  pb::ListMyNotificationsRequest unseen;
  unseen.set_unseen_only(true);
  EXPECT_EQ(Call(&Handlers::ListMyNotifications, eva_, unseen)->notifications_size(), 0);
}

TEST_F(HandlersTest, WhatIsDoneIsSettledInTheInbox) {
  // The mails have left: what is still on its way would vanish from the inbox with its duty.
  EXPECT_FALSE(Inbox(eva_)[0].settled());
  const auto tell = [this](int64_t revision, std::optional<int> day) {
    database_.Run("UPDATE slot SET state = 3 WHERE state = 2;");
    ObligationEvent plan = EventOf("plans/p", revision);
    if (day) {
      AddDuty(plan, "evaluations/e", Obligation::PLAN_EVALUATION,
              {{"persons/eva", Obligation::OWNER}}, absl::CivilDay(2027, 3, *day));
    }
    Take(plan);
    pb::GetNotificationRequest one;
    one.set_name(Inbox(eva_).back().name());
    const auto opened = Call(&Handlers::GetNotification, eva_, one);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return opened.ok() && opened->settled();
  };
  EXPECT_TRUE(tell(2, 25));            // moved
  EXPECT_FALSE(tell(3, 10));           // and back
  EXPECT_TRUE(tell(4, std::nullopt));  // held
  for (const auto& other : Inbox(liv_)) EXPECT_FALSE(other.settled());
}

TEST_F(HandlersTest, PagesAreWholeAndBelongToTheirList) {
  pb::ListMyNotificationsRequest request;
  request.set_page_size(2);
  std::set<std::string> names;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = Call(&Handlers::ListMyNotifications, liv_, request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& notification : page->notifications()) names.insert(notification.name());
    EXPECT_EQ(page->next_page_token().empty(), pages == 2);
    if (pages < 2) request.set_page_token(page->next_page_token());
  }
  EXPECT_EQ(names.size(), 5u);
  EXPECT_EQ(Call(&Handlers::ListMyNotifications, eva_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HandlersTest, WhatIsMandatoryCannotBeMuted) {
  pb::UpdateMyPreferencesRequest request;
  request.mutable_preferences()->set_language(NN);
  request.mutable_preferences()->add_muted_kinds(Obligation::ACTIVITY_DUE);  // has an optional rung
  auto set = Call(&Handlers::UpdateMyPreferences, eva_, request);
  ASSERT_TRUE(set.ok()) << set.status();
  const auto got = Call(&Handlers::GetMyPreferences, eva_, pb::GetMyPreferencesRequest());
  EXPECT_EQ(got->language(), NN);
  EXPECT_EQ(got->etag(), set->etag());
  request.mutable_preferences()->set_muted_kinds(0, Obligation::NOTICE_RECEIVED);
  EXPECT_THAT(
      std::string(
          ToRpcStatus(Call(&Handlers::UpdateMyPreferences, eva_, request).status()).DebugString()),
      HasSubstr("muted_kinds[0]"));
  request.mutable_preferences()->clear_muted_kinds();
  request.mutable_preferences()->set_etag("\"old\"");
  EXPECT_EQ(ReasonOf(Call(&Handlers::UpdateMyPreferences, eva_, request).status()),
            "ETAG_MISMATCH");
  request.mutable_preferences()->clear_etag();
  request.mutable_update_mask()->add_paths("colour");
  EXPECT_EQ(Call(&Handlers::UpdateMyPreferences, eva_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(HandlersTest, SaysWhatComesAndWhy) {
  pb::PreviewRemindersRequest preview;
  preview.set_aggregate("plans/p");
  preview.set_horizon_days(8);
  const auto coming = Call(&Handlers::PreviewReminders, operator_, preview);
  ASSERT_TRUE(coming.ok()) << coming.status();
  std::set<std::string> rungs;
  for (const auto& reminder : coming->reminders()) rungs.insert(reminder.rung());
  EXPECT_THAT(rungs, ElementsAre("+1d", "-1d"));
  preview.set_horizon_days(401);
  EXPECT_FALSE(Call(&Handlers::PreviewReminders, operator_, preview).ok());

  pb::ExplainReminderRequest explain;
  explain.set_obligation("plans/p/evaluations/e");
  const auto why = Call(&Handlers::ExplainReminder, operator_, explain);
  ASSERT_TRUE(why.ok()) << why.status();
  std::set<std::string> seen;
  for (const auto& reminder : why->reminders()) {
    if (reminder.recipient() == "persons/eva") {
      seen.insert(absl::StrCat(reminder.rung(), " ", reminder.state(), " ", reminder.reason()));
    }
  }
  EXPECT_THAT(seen, ElementsAre("-14d SKIPPED PAST", "-1d PLANNED ", "-7d SCHEDULED "));
}

TEST_F(HandlersTest, OptingOutNeedsTheMailAndNothingElse) {
  // kari's -7d is mandatory, so nothing is muted; an optional one of hers is.
  auto session = *database_.pool().Acquire(absl::InfiniteFuture());
  const auto message = **session.QueryOne("SELECT id FROM message WHERE recipient = 'persons/kari'",
                                          {}, [](const sql::Row& row) { return row.String(0); });
  pb::OptOutRequest request;
  request.set_token(OptOutToken(std::string(32, 'k'), message));
  EXPECT_EQ(Call(&Handlers::OptOut, gateway_, request)->muted_kinds_size(), 0);
  database_.Run("UPDATE slot SET optional = 1 WHERE recipient = 'persons/kari';");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Call(&Handlers::OptOut, gateway_, request)->muted_kinds(),
                ElementsAre(Obligation::PLAN_EVALUATION));
  }
  const auto kari = As(PRACTITIONER, "persons/kari");
  EXPECT_THAT(Call(&Handlers::GetMyPreferences, kari, pb::GetMyPreferencesRequest())->muted_kinds(),
              ElementsAre(Obligation::PLAN_EVALUATION));
  request.set_token((request.token()[0] == 'A' ? "B" : "A") + request.token().substr(1));
  EXPECT_EQ(Call(&Handlers::OptOut, gateway_, request).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(HandlersTest, ADryRunTellsWhatRulesWouldChangeAndChangesNothing) {
  pb::DryRunRulesRequest request;
  request.set_rule_set_json("{}");
  EXPECT_EQ(Call(&Handlers::DryRunRules, operator_, request).status().code(),
            absl::StatusCode::kInvalidArgument);
  // Evaluations: -7d and -1d become -2d; notices stay without reminders.
  request.set_rule_set_json(R"({"version": "t", "validFrom": "2026-01-01", "ladders": [
      {"kind": "PLAN_EVALUATION", "rungs": [{"at": "-2d", "to": ["OWNER"], "class": "B"}]}]})");
  request.set_horizon_days(7);
  pb::PreviewRemindersRequest preview;
  preview.set_aggregate("plans/p");
  const auto before = Call(&Handlers::PreviewReminders, operator_, preview);
  for (int i = 0; i < 2; ++i) {
    const auto change = Call(&Handlers::DryRunRules, operator_, request);
    ASSERT_TRUE(change.ok()) << change.status();
    EXPECT_EQ(change->added_count(), 1);
    EXPECT_EQ(change->added(0).rung(), "-2d");
    EXPECT_EQ(change->added(0).recipient(), "persons/eva");
    std::set<std::string> removed;
    for (const auto& reminder : change->removed()) {
      if (reminder.obligation() == "plans/p/evaluations/e") {
        removed.insert(reminder.recipient() + reminder.rung());
      }
    }
    EXPECT_THAT(removed, ElementsAre("persons/eva-1d", "persons/kari-1d"));
  }
  EXPECT_EQ(Call(&Handlers::PreviewReminders, operator_, preview)->DebugString(),
            before->DebugString());
}

TEST_F(HandlersTest, AnOperatorGivesUpAndTriesAgain) {
  pb::ListDeliveriesRequest list;
  list.set_page_size(3);
  const auto page = Call(&Handlers::ListDeliveries, operator_, list);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->deliveries_size(), 3);
  list.set_page_token(page->next_page_token());
  EXPECT_EQ(Call(&Handlers::ListDeliveries, operator_, list)->deliveries_size(), 3);
  EXPECT_EQ(Call(&Handlers::ListDeliveries, operator_, list)->deliveries(2).kind() !=
                Obligation::KIND_UNSPECIFIED,
            true);

  pb::DeliveryActionRequest action;
  action.set_name(page->deliveries(0).name());
  EXPECT_EQ(Call(&Handlers::RetryDelivery, operator_, action).status().code(),
            absl::StatusCode::kInvalidArgument);
  action.set_reason("address is known to be wrong");
  EXPECT_EQ(Call(&Handlers::CancelDelivery, operator_, action)->state(), Delivery::SUPPRESSED);
  EXPECT_TRUE(Call(&Handlers::CancelDelivery, operator_, action).ok());  // repeated
  EXPECT_EQ(ReasonOf(Call(&Handlers::RetryDelivery, operator_, action).status()),
            "DELIVERY_STATE_FORBIDS_ACTION");
  action.set_name("deliveries/01a40a67-3400-7b2b-be17-1304f3bfd407");
  EXPECT_EQ(Call(&Handlers::CancelDelivery, operator_, action).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(HandlersTest, EveryRegistrationIsInTheContract) {
  rpc::Router router;
  handlers_.Register(router);
  EXPECT_TRUE(router.status().ok()) << router.status();
}

}  // namespace
}  // namespace ip::notification
