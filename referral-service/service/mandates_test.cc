// Acting for somebody: the word of the session is nothing without the plan's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using Service = pb::ReferralService;

// Kari's mother, acting for her; and another who says so too.
class MandatesTest : public testing::ServiceTest {
 protected:
  MandatesTest() {
    Caller mother = testing::Citizen("persons/mother");
    callers_["mother"] = mother;
    mother.acting_for = kari_;
    callers_["for kari"] = mother;
    Caller liar = testing::Citizen("persons/liar");
    liar.acting_for = kari_;
    callers_["liar"] = liar;
  }

  void Allow(std::initializer_list<type::Section> read, std::initializer_list<type::Section> act) {
    auto& mandate = mandates_.by_pair[{"persons/mother", kari_}];
    mandate.Clear();
    for (const auto section : read) mandate.add_read_sections(section);
    for (const auto section : act) mandate.add_act_sections(section);
  }
  std::string Read(const std::string& who, const std::string& name) {
    pb::GetNoticeRequest request;
    request.set_name(name);
    return Why(As(who, &Service::Stub::GetNotice, request).status());
  }
  std::string Withdraw(const std::string& who, const std::string& name) {
    return Why(As(who, &Service::Stub::WithdrawNotice, For<pb::ActionRequest>(name)).status());
  }
  static std::string Why(const absl::Status& status) {
    return status.ok() ? "OK" : ReasonOf(status);
  }
};

TEST_F(MandatesTest, NobodyActsWithoutARepresentationInThePlan) {
  const std::string name = Sent();
  EXPECT_EQ(Read("for kari", name), "REPRESENTATION_MISSING");
  EXPECT_EQ(Read("mother", name), "RESOURCE_NOT_FOUND");
  Allow({type::DECISIONS}, {});
  EXPECT_EQ(Read("for kari", name), "OK");
  EXPECT_EQ(Read("mother", name), "RESOURCE_NOT_FOUND") << "only while she acts for her";
  EXPECT_EQ(Read("liar", name), "REPRESENTATION_MISSING");
}

TEST_F(MandatesTest, ScopeAndKindAreThePlans) {
  const std::string name = Sent();
  Allow({type::GOALS}, {type::GOALS});
  EXPECT_EQ(Read("for kari", name), "REPRESENTATION_MISSING") << "not of notices";
  Allow({type::DECISIONS}, {});
  EXPECT_EQ(Withdraw("for kari", name), "REPRESENTATION_MISSING") << "she only reads";
  Allow({type::DECISIONS}, {type::DECISIONS});
  EXPECT_EQ(Withdraw("for kari", name), "OK");
}

TEST_F(MandatesTest, CountsNoMoreFromTheNextCallOn) {
  const std::string name = Sent();
  Allow({type::DECISIONS}, {type::DECISIONS});
  EXPECT_EQ(Read("for kari", name), "OK");
  Allow({}, {});
  EXPECT_EQ(Read("for kari", name), "REPRESENTATION_MISSING");
  mandates_.up = false;
  EXPECT_EQ(Read("for kari", name), "BACKEND_UNAVAILABLE");
  EXPECT_EQ(Read("kari", name), "OK") << "who acts for nobody needs nobody's word";
}

TEST_F(MandatesTest, MyNoticesAreThenTheOthers) {
  const std::string name = Sent();
  Allow({type::DECISIONS}, {type::DECISIONS});
  const auto listed = As("for kari", &Service::Stub::ListMyNotices, {});
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->notices_size(), 1);
  EXPECT_EQ(listed->notices(0).name(), name);
  EXPECT_EQ(As("mother", &Service::Stub::ListMyNotices, {})->notices_size(), 0);
}

TEST_F(MandatesTest, ANoticeIsAboutThePersonOneActsFor) {
  Allow({type::DECISIONS}, {type::DECISIONS});
  auto request = NewNotice();
  request.mutable_notice()->mutable_notifier()->set_source(pb::Notifier::RELATED_PERSON);
  request.mutable_notice()->mutable_notifier()->set_relation("mor");
  request.clear_subject_identity();
  const auto draft = As("for kari", &Service::Stub::CreateNotice, request);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->subject().person(), kari_);
  EXPECT_EQ(draft->notifier().person(), "persons/mother");
  request.mutable_subject_identity()->set_national_id(testing::kAmina);
  EXPECT_EQ(Why(As("for kari", &Service::Stub::CreateNotice, request).status()), "INVALID_REQUEST");
  request.clear_subject_identity();
  request.mutable_notice()->mutable_notifier()->set_source(pb::Notifier::SELF);
  EXPECT_EQ(Why(As("for kari", &Service::Stub::CreateNotice, request).status()), "INVALID_REQUEST");
}

TEST_F(MandatesTest, ReferenceDataNeedsNone) {
  mandates_.up = false;
  EXPECT_TRUE(As("liar", &Service::Stub::ListUnits, {}).ok());
}

}  // namespace
}  // namespace ip::referral
