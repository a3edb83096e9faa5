// The checks of domain.md § 8 that notices answer for, through the service.
#include <gmock/gmock.h>
#include <google/rpc/error_details.pb.h>

#include "lib/base/errors.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::IsEmpty;
using N = pb::NeedNotice;
using testing::Service;

class Acceptance : public testing::ServiceTest {};

TEST_F(Acceptance, Check10_DeclinedKeepsTheDoorOpen) {
  const std::string name = Sent();
  ASSERT_TRUE(Take().ok());
  auto request = For<pb::DeclineNoticeRequest>(name);
  EXPECT_EQ(ReasonOf(As("siri", &Service::Stub::DeclineNotice, request).status()),
            "DECISION_INCOMPLETE");
  request.mutable_decision()->set_coordinator_alone_offered(true);
  const auto declined = As("siri", &Service::Stub::DeclineNotice, request);
  ASSERT_TRUE(declined.ok()) << declined.status();
  EXPECT_EQ(declined->state(), N::DECLINED_BY_USER);
  EXPECT_TRUE(declined->decision().coordinator_alone_offered());
  const std::string next = Sent();  // at once
  EXPECT_EQ(Get(next).state(), N::SUBMITTED);
  EXPECT_THAT(Get(next).possible_duplicates(), IsEmpty());
}

TEST_F(Acceptance, Check11_ARejectionWithoutComplaintInformationIsRefused) {
  const std::string name = Sent();
  ASSERT_TRUE(Take().ok());
  auto request = For<pb::RejectNoticeRequest>(name);
  request.mutable_decision()->set_reasons("Behovet er ikke langvarig.");
  const auto refused = As("siri", &Service::Stub::RejectNotice, request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "DECISION_INCOMPLETE");
  const auto rpc = ToRpcStatus(refused);
  google::rpc::PreconditionFailure failure;
  for (const auto& detail : rpc.details()) detail.UnpackTo(&failure);
  ASSERT_EQ(failure.violations_size(), 1);
  EXPECT_EQ(failure.violations(0).type(), "COMPLAINT_INFORMATION");
  request.mutable_decision()->set_complaint_information_given(true);
  EXPECT_TRUE(As("siri", &Service::Stub::RejectNotice, request).ok());
  // Reopened by a complaint.
  auto reopen = For<pb::ActionRequest>(name);
  reopen.set_reason("Klage er kommet inn");
  EXPECT_TRUE(As("siri", &Service::Stub::ReopenNotice, reopen).ok());
}

}  // namespace
}  // namespace ip::referral
