#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>

#include "lib/base/errors.h"
#include "referral-service/domain/draft.h"
#include "referral-service/testing/notices.h"

namespace ip::referral {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

constexpr absl::CivilDay kToday(2026, 11, 2);

std::vector<std::string> Wrong(const pb::NeedNotice& notice, const Caller& caller = testing::Gp()) {
  const auto status = CheckContent(notice, caller, testing::TestReference(), kToday);
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  std::vector<std::string> fields;
  const auto rpc = ToRpcStatus(status);
  for (const auto& detail : rpc.details()) {
    google::rpc::BadRequest bad;
    if (!detail.UnpackTo(&bad)) continue;
    for (const auto& violation : bad.field_violations()) fields.push_back(violation.field());
  }
  return fields;
}

TEST(Content, AGoodNoticeIsGood) { EXPECT_THAT(Wrong(testing::Request()), IsEmpty()); }

TEST(Content, EverythingWrongIsSaidAtOnce) {
  EXPECT_THAT(
      Wrong({}),
      IsSupersetOf({"notice.subject.display_name", "notice.subject.municipality_code",
                    "notice.notifier.display_name", "notice.notifier.source",
                    "notice.need_description", "notice.life_areas", "notice.requested_outcome"}));
}

TEST(Content, LengthIsCountedInCharactersNotBytes) {
  auto notice = testing::Request();
  std::string text;
  for (int i = 0; i < 4000; ++i) text += "å";
  notice.set_need_description(text);
  EXPECT_THAT(Wrong(notice), IsEmpty());
  notice.set_need_description(text + "!");
  EXPECT_THAT(Wrong(notice), ElementsAre("notice.need_description"));
}

TEST(Content, DaysExistAndHaveBeen) {
  auto notice = testing::Request();
  *notice.mutable_need_observed_date() = DateOf(kToday + 1);
  EXPECT_THAT(Wrong(notice), ElementsAre("notice.need_observed_date"));
  notice.mutable_need_observed_date()->set_month(2);
  notice.mutable_need_observed_date()->set_day(30);
  EXPECT_THAT(Wrong(notice), ElementsAre("notice.need_observed_date"));
}

TEST(Content, WhatIsUrgentHasAReasonAndFamilyARelation) {
  auto notice = testing::Request();
  notice.set_urgency(pb::NeedNotice::URGENT);
  EXPECT_THAT(Wrong(notice), ElementsAre("notice.urgency_reason"));
  notice.clear_urgency();
  notice.mutable_notifier()->set_source(pb::Notifier::RELATED_PERSON);
  EXPECT_THAT(Wrong(notice, testing::CaseWorker()), ElementsAre("notice.notifier.relation"));
}

TEST(Content, NobodyPosesAsAnotherKindOfSource) {
  auto notice = testing::Request();
  EXPECT_THAT(Wrong(notice, testing::Citizen()), ElementsAre("notice.notifier.source"));
  notice.mutable_notifier()->set_source(pb::Notifier::SELF);
  EXPECT_THAT(Wrong(notice, testing::Citizen()), IsEmpty());
  EXPECT_THAT(Wrong(notice, testing::Gp()), ElementsAre("notice.notifier.source"));
}

}  // namespace
}  // namespace ip::referral
