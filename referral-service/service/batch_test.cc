#include <gmock/gmock.h>

#include <set>

#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "referral-service/testing/service_fixture.h"

namespace ip::referral {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using N = pb::NeedNotice;
using testing::Service;

class BatchTest : public testing::ServiceTest {
 protected:
  struct Stream {
    Stream(Service::Stub& stub, const std::string& who)
        : call({.identity = [who] { return who; }, .budget = absl::Minutes(4)}),
          io(stub.SubmitNotices(call.context())) {}
    rpc::ClientCall call;
    std::unique_ptr<grpc::ClientReaderWriter<pb::CreateNoticeRequest, pb::SubmitNoticesResponse>>
        io;
  };

  pb::CreateNoticeRequest Item() {
    auto request = NewNotice();
    request.set_request_id(NewId(clock_.Now()));
    return request;
  }

  std::vector<pb::SubmitNoticesResponse> Send(const std::vector<pb::CreateNoticeRequest>& items) {
    Stream stream(replica_.stub(), "system");
    std::jthread writer([&] {
      for (const auto& item : items) {
        if (!stream.io->Write(item)) return;
      }
      stream.io->WritesDone();
    });
    std::vector<pb::SubmitNoticesResponse> results;
    pb::SubmitNoticesResponse result;
    while (stream.io->Read(&result)) results.push_back(result);
    writer.join();
    const auto status = stream.io->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return results;
  }
};

TEST_F(BatchTest, EachItemHasAResultAndOneThatFailsDoesNotStopTheOthers) {
  auto incomplete = Item();
  incomplete.mutable_notice()->clear_consent_basis();
  auto wrong = Item();
  wrong.mutable_notice()->clear_need_description();
  auto unnamed = Item();
  unnamed.clear_request_id();
  const auto first = Item();
  const auto last = Item();
  const auto results = Send({first, incomplete, wrong, unnamed, last});
  ASSERT_THAT(results, SizeIs(5));
  EXPECT_EQ(results[0].request_id(), first.request_id());
  EXPECT_EQ(results[0].error_code(), 0);
  EXPECT_EQ(results[0].notice().state(), N::SUBMITTED);
  EXPECT_EQ(results[0].notice().unit(), "units/fjordvik");
  EXPECT_EQ(results[1].error_reason(), "NOTICE_INCOMPLETE");
  EXPECT_EQ(results[1].error_code(), static_cast<int>(grpc::StatusCode::FAILED_PRECONDITION));
  EXPECT_THAT(results[1].error_message(), HasSubstr("consent"));
  EXPECT_EQ(results[2].error_reason(), "INVALID_REQUEST");
  EXPECT_EQ(results[3].error_reason(), "INVALID_REQUEST");
  EXPECT_EQ(results[4].request_id(), last.request_id());
  EXPECT_EQ(results[4].notice().state(), N::SUBMITTED);
  EXPECT_EQ(Count("notice"), 2);  // no half-sent drafts
  EXPECT_THAT(Get(results[4].notice().name()).possible_duplicates(), SizeIs(1));
  EXPECT_EQ(Get(results[0].notice().name()).DebugString().find(testing::kKari), std::string::npos);
}

TEST_F(BatchTest, SendingTheBatchAgainChangesNothing) {
  std::vector<pb::CreateNoticeRequest> items;
  for (int i = 0; i < 20; ++i) items.push_back(Item());
  const auto first = Send(items);
  const auto again = Send(items);
  ASSERT_THAT(first, SizeIs(20));
  ASSERT_THAT(again, SizeIs(20));
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ(first[i].notice().name(), again[i].notice().name());
  EXPECT_EQ(Count("notice"), 20);
  items[0].mutable_notice()->set_need_description("Noe annet");
  EXPECT_EQ(Send({items[0]})[0].error_reason(), "REQUEST_ID_REUSED");
}

TEST_F(BatchTest, AStreamThatBreaksIsTakenUpAgainWithoutLossOrDouble) {
  std::vector<pb::CreateNoticeRequest> items;
  for (int i = 0; i < 50; ++i) items.push_back(Item());
  {
    Stream stream(replica_.stub(), "system");
    for (const auto& item : items) stream.io->Write(item);
    pb::SubmitNoticesResponse result;
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(stream.io->Read(&result));
    stream.call.context()->TryCancel();
    stream.io->Finish();
  }
  EXPECT_THAT(Send(items), SizeIs(50));
  EXPECT_EQ(Count("notice"), 50);
}

// Issue 4: 10,000 notices in one stream without harm.
TEST_F(BatchTest, TenThousandInOneStreamWhileOthersAreServed) {
  constexpr int kCount = 10'000;
  Stream stream(replica_.stub(), "system");
  auto item = Item();
  std::jthread writer([&] {
    for (int i = 0; i < kCount; ++i) {
      item.set_request_id(NewId(clock_.Now()));
      if (!stream.io->Write(item)) return;
    }
    stream.io->WritesDone();
  });
  std::set<std::string> names;
  pb::SubmitNoticesResponse result;
  while (stream.io->Read(&result)) {
    EXPECT_EQ(result.error_code(), 0) << result.error_message();
    names.insert(result.notice().name());
    if (names.size() % 1000 == 0) {
      EXPECT_TRUE(Take().ok());  // case workers are served meanwhile
    }
  }
  writer.join();
  EXPECT_TRUE(stream.io->Finish().ok());
  EXPECT_THAT(names, SizeIs(kCount));
  EXPECT_EQ(Count("notice"), kCount);
}

TEST_F(BatchTest, CitizensSendOneByOne) {
  Stream stream(replica_.stub(), "kari");
  stream.io->Write(Item());
  EXPECT_EQ(stream.io->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace ip::referral
