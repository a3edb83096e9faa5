#include "referral-service/domain/submission.h"

#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>

#include "lib/base/errors.h"
#include "referral-service/domain/draft.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using ::testing::ElementsAre;
using testing::TestReference;
using testing::TestRules;
using ::testing::UnorderedElementsAre;

pb::NeedNotice Draft(const Caller& caller = testing::Gp(),
                     pb::NeedNotice request = testing::Request()) {
  return NewDraft(request, "persons/kari", caller, TestReference(),
                  testing::By("CreateNotice", "persons/gp"));
}

std::vector<std::string> Missing(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(ReasonOf(status), "NOTICE_INCOMPLETE");
  std::vector<std::string> types;
  const auto rpc = ToRpcStatus(status);
  for (const auto& detail : rpc.details()) {
    google::rpc::PreconditionFailure failure;
    if (!detail.UnpackTo(&failure)) continue;
    for (const auto& violation : failure.violations()) {
      types.push_back(violation.type());
      EXPECT_FALSE(violation.subject().empty());
      EXPECT_FALSE(violation.description().empty());
    }
  }
  return types;
}

absl::Status Send(pb::NeedNotice& notice) {
  return Submit(notice, TestRules(), TestReference(), {}, testing::By("SubmitNotice"));
}

TEST(Submit, StartsTheClockAndFindsTheUnitOfTheMunicipality) {
  auto notice = Draft();
  ASSERT_TRUE(
      Submit(notice, TestRules(), TestReference(), {"notices/other"}, testing::By("SubmitNotice"))
          .ok());
  EXPECT_EQ(notice.state(), pb::NeedNotice::SUBMITTED);
  EXPECT_EQ(notice.unit(), "units/fjordvik");
  EXPECT_EQ(TimeOf(notice.submit_time()), testing::Noon());
  EXPECT_EQ(DayOf(notice.clock().deadline_date()), absl::CivilDay(2026, 12, 2));
  EXPECT_THAT(notice.possible_duplicates(), ElementsAre("notices/other"));
  EXPECT_EQ(notice.history_size(), 2);
}

TEST(Submit, NamesEverythingThatTheLawMissesAtOnce) {
  auto notice = Draft();
  notice.clear_consent_basis();
  notice.clear_rights_information();
  notice.clear_need_observed_date();
  notice.mutable_notifier()->clear_organization();
  notice.mutable_subject()->set_municipality_code("4697");  // nobody receives for it
  const auto before = notice;
  const auto status = Send(notice);
  EXPECT_THAT(Missing(status),
              UnorderedElementsAre("NOTIFIER", "CONSENT_BASIS", "RIGHTS_INFORMATION",
                                   "NEED_OBSERVED_DATE", "UNIT"));
  EXPECT_EQ(notice.state(), before.state());
}

TEST(Submit, WhatIsRequiredFollowsTheSource) {
  auto notice = Draft();
  notice.clear_need_observed_date();
  notice.clear_rights_information();
  notice.mutable_notifier()->set_source(pb::Notifier::SCHOOL);
  EXPECT_THAT(Missing(Send(notice)), ElementsAre("RIGHTS_INFORMATION"));
  notice.mutable_notifier()->set_source(pb::Notifier::RELATED_PERSON);
  EXPECT_TRUE(Send(notice).ok());
}

TEST(Submit, OwnRequestIsForThePersonThemself) {
  auto notice = Draft();
  notice.mutable_consent_basis()->set_kind(pb::ConsentBasis::OWN_REQUEST);
  EXPECT_THAT(Missing(Send(notice)), ElementsAre("CONSENT_BASIS"));
  notice.mutable_notifier()->set_source(pb::Notifier::SELF);
  EXPECT_TRUE(Send(notice).ok());
}

TEST(Submit, ConsentOfSomebodyElseNeedsAnExplanationAndADay) {
  auto notice = Draft();
  notice.mutable_consent_basis()->set_kind(pb::ConsentBasis::CONSENT_BY_REPRESENTATIVE);
  EXPECT_THAT(Missing(Send(notice)), ElementsAre("CONSENT_BASIS"));
  notice.mutable_consent_basis()->set_explanation("Mor, foreldreansvar");
  notice.mutable_consent_basis()->clear_consent_date();
  EXPECT_THAT(Missing(Send(notice)), ElementsAre("CONSENT_BASIS"));
  *notice.mutable_consent_basis()->mutable_consent_date() = DateOf(absl::CivilDay(2026, 10, 1));
  EXPECT_TRUE(Send(notice).ok());
}

TEST(Submit, ACallTheUnitWroteDownNeedsAWayBackToTheCaller) {
  auto request = testing::Request();
  request.mutable_notifier()->clear_work_email();
  auto notice = Draft(testing::CaseWorker(), request);
  EXPECT_TRUE(notice.notifier().recorded_by_unit());
  EXPECT_EQ(notice.notifier().person(), "");
  EXPECT_THAT(Missing(Send(notice)), ElementsAre("NOTIFIER"));
  notice.mutable_notifier()->set_phone("55 55 55 55");
  EXPECT_TRUE(Send(notice).ok());
}

TEST(Route, SpecialistsGoByTheirOwnUnitWhenThereIsOne) {
  auto notice = Draft();
  notice.mutable_notifier()->set_source(pb::Notifier::SPECIALIST_HEALTH);
  notice.mutable_notifier()->set_organization("organizations/999990021");
  EXPECT_EQ(RouteOf(notice, TestReference()), "units/sykehus");
  notice.mutable_notifier()->set_organization("organizations/999990020");
  EXPECT_EQ(RouteOf(notice, TestReference()), "units/sykehus");
  notice.mutable_notifier()->set_organization("organizations/999990029");
  EXPECT_EQ(RouteOf(notice, TestReference()), "units/fjordvik");
  notice.set_unit("units/lyngnes");
  EXPECT_EQ(RouteOf(notice, TestReference()), "units/lyngnes");
}

TEST(Draft, TakesFromTheRequestOnlyWhatIsTheAuthorsToSay) {
  auto request = testing::Request();
  request.set_state(pb::NeedNotice::CLOSED_DONE);
  request.set_assignee("persons/x");
  request.set_name("notices/mine");
  request.mutable_subject()->set_person("persons/x");
  request.mutable_notifier()->set_person("persons/x");
  request.mutable_notifier()->set_organization("organizations/x");
  request.mutable_decision()->set_reasons("x");
  const auto notice = Draft(testing::Gp(), request);
  EXPECT_EQ(notice.state(), pb::NeedNotice::DRAFT);
  EXPECT_EQ(notice.name(), "");
  EXPECT_EQ(notice.assignee(), "");
  EXPECT_FALSE(notice.has_decision());
  EXPECT_EQ(notice.subject().person(), "persons/kari");
  EXPECT_EQ(notice.notifier().person(), "persons/gp");
  EXPECT_EQ(notice.notifier().organization(), "organizations/999990002");
  EXPECT_EQ(notice.notifier().organization_display_name(), "Fjordvik legesenter");
  EXPECT_EQ(notice.notifier().hpr_number(), "9990012");
  EXPECT_EQ(notice.need_description(), request.need_description());
}

TEST(Draft, UpdateFollowsTheMask) {
  auto notice = Draft();
  pb::NeedNotice change;
  change.set_need_description("Nytt");
  change.set_assignee("persons/x");
  change.add_life_areas(type::WORK);
  google::protobuf::FieldMask mask;
  mask.add_paths("need_description");
  mask.add_paths("assignee");  // not the author's: left alone
  const auto step = testing::By("UpdateNotice");
  ASSERT_TRUE(UpdateDraft(notice, change, mask, step).ok());
  EXPECT_EQ(notice.need_description(), "Nytt");
  EXPECT_EQ(notice.assignee(), "");
  EXPECT_THAT(notice.life_areas(), ElementsAre(type::HOUSING));

  ASSERT_TRUE(UpdateDraft(notice, change, {}, step).ok());  // no mask: what is set
  EXPECT_THAT(notice.life_areas(), ElementsAre(type::WORK));
  EXPECT_EQ(notice.subject().display_name(), "Kari Nordli");

  mask.add_paths("nonsense");
  EXPECT_EQ(UpdateDraft(notice, change, mask, step).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ip::referral
