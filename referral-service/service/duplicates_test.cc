// What is found about the same person, who is told of it, and what can be joined.
#include <gmock/gmock.h>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using N = pb::NeedNotice;
using testing::Service;
using testing::ServiceTest;

TEST_F(ServiceTest, NoticesAreJoinedWithOpenOnesAboutTheSamePersonOnly) {
  const std::string first = Sent();
  const std::string second = Sent();
  EXPECT_THAT(Get(second).possible_duplicates(), ElementsAre(first));
  auto merge = For<pb::MergeNoticeRequest>(second);
  merge.set_into("notices/none");
  EXPECT_EQ(As("siri", &Service::Stub::MergeNotice, merge).status().code(),
            absl::StatusCode::kNotFound);
  merge.set_into(Submitted(testing::Request(), "persons/somebody-else"));
  EXPECT_EQ(As("siri", &Service::Stub::MergeNotice, merge).status().code(),
            absl::StatusCode::kInvalidArgument);
  merge.set_into(first);
  const auto merged = As("siri", &Service::Stub::MergeNotice, merge);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->state(), N::MERGED);
  EXPECT_EQ(merged->merged_into(), first);
}

TEST_F(ServiceTest, ANewNoticeNamesThePlanThatAnEarlierOneLedTo) {
  replica_.worker().Start();
  const std::string done = Sent();
  ASSERT_TRUE(Take().ok());
  plans_.answer = CoordinatorAnswer::kAccepted;
  ASSERT_TRUE(AcceptIt(done).ok());
  ASSERT_TRUE(Eventually([&] { return Get(done).state() == N::CLOSED_DONE; }));
  EXPECT_THAT(Get(Sent()).possible_duplicates(), ElementsAre("plans/p1"));
}

class DuplicatesTest : public ServiceTest {
 protected:
  // What who reads the notice through the service is told.
  std::vector<std::string> Told(const std::string& who, const std::string& name) {
    pb::GetNoticeRequest request;
    request.set_name(name);
    const auto notice = As(who, &Service::Stub::GetNotice, request);
    EXPECT_TRUE(notice.ok()) << notice.status();
    if (!notice.ok()) return {};
    return {notice->possible_duplicates().begin(), notice->possible_duplicates().end()};
  }
};

TEST_F(DuplicatesTest, AnOpenPlanIsFoundThoughNoNoticeLedToItAndToldToItsUnitAlone) {
  plans_.open_plans[kari_] = {"plans/from-elsewhere", "units/fjordvik"};
  const std::string name = Sent();
  EXPECT_THAT(Told("siri", name), ElementsAre("plans/from-elsewhere"));
  EXPECT_THAT(Told("gp", name), IsEmpty());
  EXPECT_THAT(Get(name).possible_duplicates(), IsEmpty()) << "nothing of the plan is kept here";
  // A plan of another unit is none of this one's business.
  plans_.open_plans[kari_] = {"plans/from-elsewhere", "units/lyngnes"};
  EXPECT_THAT(Told("siri", name), IsEmpty());
  // It ended meanwhile.
  plans_.open_plans.clear();
  EXPECT_THAT(Told("siri", name), IsEmpty());
  plans_.up = false;
  EXPECT_THAT(Told("siri", name), IsEmpty()) << "the notice is shown whatever plan-service does";
}

TEST_F(DuplicatesTest, ANoticeIsJoinedWithThePersonsOwnOpenPlanOnly) {
  plans_.open_plans[kari_] = {"plans/hers", "units/fjordvik"};
  const std::string name = Sent();
  auto merge = For<pb::MergeNoticeRequest>(name);
  merge.set_into("plans/somebody-elses");
  EXPECT_EQ(ReasonOf(As("siri", &Service::Stub::MergeNotice, merge).status()), "INVALID_REQUEST");
  plans_.up = false;
  merge.set_into("plans/hers");
  EXPECT_EQ(As("siri", &Service::Stub::MergeNotice, merge).status().code(),
            absl::StatusCode::kUnavailable);
  plans_.up = true;
  const auto merged = As("siri", &Service::Stub::MergeNotice, merge);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->merged_into(), "plans/hers");
}

TEST_F(DuplicatesTest, AForwardedNoticeDoesNotTellTheNextUnitWhatTheFirstOneHas) {
  const std::string first = Sent();
  const std::string second = Sent();
  EXPECT_THAT(Told("siri", second), ElementsAre(first));
  auto forward = For<pb::ForwardNoticeRequest>(second);
  forward.set_unit("units/lyngnes");
  forward.set_reason("bor der nå");
  const auto forwarded = As("siri", &Service::Stub::ForwardNotice, forward);
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_THAT(Told("lyngnes", forwarded->forwarded_to()), IsEmpty());
}

}  // namespace
}  // namespace ip::referral
