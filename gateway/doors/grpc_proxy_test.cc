// Native gRPC through the gateway: what arrives, what comes back, and who notices that somebody
// left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "gateway/testing/echo_backend.h"

namespace ip::gateway {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;
using testing::Not;
using testing::Pair;

grpc::Status Get(Gated& gated, const std::string& text, Echo* answer = nullptr) {
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo request, response;
  request.set_text(text);
  return gated.stub->Get(&context, request, answer == nullptr ? &response : answer);
}

TEST(GrpcProxy, PassesUnaryCallsWithIdentityAndNothingElseOfTheClient) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  context.AddMetadata("x-ip-identity", "forged");
  context.AddMetadata("x-ip-other", "forged");
  context.AddMetadata("x-anything", "else");
  context.AddMetadata("x-correlation-id", "abc-1");
  Echo request, response;
  request.set_text("blåbær");
  const grpc::Status status = gated.stub->Get(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.text(), "blåbær");

  const auto seen = gated.backend.seen();
  EXPECT_THAT(seen, Contains(Pair("x-ip-identity", "persons/test for echo-service")));
  EXPECT_THAT(seen, Contains(Pair("x-correlation-id", "abc-1")));
  EXPECT_THAT(seen, Contains(Key("traceparent")));
  for (const char* hidden : {"authorization", "x-ip-other", "x-anything"}) {
    EXPECT_THAT(seen, Not(Contains(Key(hidden))));
  }
  EXPECT_EQ(context.GetServerInitialMetadata().count("x-first"), 1u);
  EXPECT_EQ(context.GetServerTrailingMetadata().count("x-last"), 1u);
  EXPECT_EQ(context.GetServerTrailingMetadata().count("x-ip-secret"), 0u);
}

TEST(GrpcProxy, PassesErrorsWithDetails) {
  Gated gated;
  const absl::Status status = rpc::FromGrpcStatus(Get(gated, "fail"));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  EXPECT_EQ(status.message(), "text: must not be fail.");
}

TEST(GrpcProxy, RefusesWhoShowsNothingAndWhatIsNotThere) {
  Gated gated;
  grpc::ClientContext anonymous;
  Echo echo;
  EXPECT_EQ(gated.stub->Get(&anonymous, echo, &echo).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  grpc::ClientContext context;
  Gated::LogIn(context);
  // Only services call this one, and not through us.
  EXPECT_EQ(gated.stub->Inside(&context, echo, &echo).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(GrpcProxy, TakesATokenForWhatItsScopesName) {
  Gated gated;
  const auto with = [&](const char* token, auto method) {
    grpc::ClientContext context;
    Gated::LogIn(context, token);
    Echo echo;
    return rpc::FromGrpcStatus((gated.stub.get()->*method)(&context, echo, &echo));
  };
  EXPECT_TRUE(with("Bearer good", &EchoService::Stub::Get).ok());
  const absl::Status narrow = with("Bearer narrow", &EchoService::Stub::Get);
  EXPECT_EQ(narrow.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(ReasonOf(narrow), "SCOPE_MISSING");
  EXPECT_THAT(narrow.message(), HasSubstr("individuellplan/plans.read"));
  // One without a scope is opened by none.
  EXPECT_EQ(ReasonOf(with("Bearer good", &EchoService::Stub::Secret)), "SCOPE_MISSING");
}

TEST(Methods, EachThatOthersMayCallNamesItsScope) {
  const auto methods = Methods::Learn(BuiltInProtos(), {{"individuellplan.", "any", ""}});
  ASSERT_TRUE(methods.ok()) << methods.status();
  ASSERT_GT((*methods)->all().size(), 100u);
  for (const auto& method : (*methods)->all()) EXPECT_NE(method->scope, "") << method->path;
  EXPECT_EQ((*methods)->Find("/individuellplan.referral.v1.ReferralService/ListQueue")->scope,
            "individuellplan/notices.handle");
}

TEST(GrpcProxy, WaitsForAnIdentityThatComesFromAnotherThread) {
  Gated gated;
  for (int i = 0; i < 50; ++i) {
    grpc::ClientContext context;
    Gated::LogIn(context, "Bearer slow");
    Echo request, response;
    ASSERT_TRUE(gated.stub->Get(&context, request, &response).ok());
  }
}

TEST(GrpcProxy, CapsTheDeadlineAndKeepsAShorterOne) {
  Gated gated;
  EXPECT_TRUE(Get(gated, "").ok());                                       // 20 s asked for
  EXPECT_LE(gated.backend.time_left(), kMaxDeadline + absl::Seconds(1));  // gRPC rounds up
  EXPECT_GT(gated.backend.time_left(), kMaxDeadline - absl::Seconds(5));

  grpc::ClientContext context;
  Gated::LogIn(context);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(4));
  Echo request, response;
  EXPECT_TRUE(gated.stub->Get(&context, request, &response).ok());
  EXPECT_LE(gated.backend.time_left(), absl::Seconds(5));  // gRPC rounds up
}

TEST(GrpcProxy, TellsTheBackendWhenTheClientCancels) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  std::jthread client([&] {
    Echo request, response;
    request.set_text("wait");
    EXPECT_EQ(gated.stub->Get(&context, request, &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  ASSERT_TRUE(Eventually([&] { return !gated.backend.seen().empty(); }));
  context.TryCancel();
  client.join();
  EXPECT_TRUE(Eventually([&] { return gated.backend.cancelled_ == 1; }));
  EXPECT_EQ(gated.backend.missed_, 0);
}

TEST(GrpcProxy, RefusesMessagesAboveFourMebibytesBothWays) {
  Gated gated;
  Echo answer;
  EXPECT_TRUE(Get(gated, std::string(4000000, 'x'), &answer).ok());
  EXPECT_EQ(answer.text().size(), 4000000u);
  EXPECT_EQ(Get(gated, std::string(6 << 20, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  const grpc::Status large = Get(gated, "large");
  EXPECT_EQ(large.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(large.error_message(), HasSubstr("4 MiB"));
}

TEST(GrpcProxy, SaysWhichBackendIsDownWithoutItsAddress) {
  Gated gated;
  const int port = gated.backend.port();
  gated.backend.Stop();
  const grpc::Status status = Get(gated, "");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(status.error_message(), "echo-service cannot be reached right now. Try again shortly.");
  EXPECT_THAT(status.error_details(), Not(HasSubstr("127.0.0.1")));
  EchoBackend again(port);
  EXPECT_TRUE(Eventually([&] { return Get(gated, "").ok(); }));
}

TEST(GrpcProxy, PassesServerStreamsMessageByMessage) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo request, response;
  request.set_number(1000);
  request.set_text("fail");
  const auto reader = gated.stub->Watch(&context, request);
  int count = 0;
  while (reader->Read(&response)) EXPECT_EQ(response.number(), count++);
  EXPECT_EQ(count, 1000);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(GrpcProxy, TellsTheBackendOfAStreamWhenTheClientCancels) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo request, response;
  request.set_number(1);
  request.set_text("wait");
  const auto reader = gated.stub->Watch(&context, request);
  ASSERT_TRUE(reader->Read(&response));
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return gated.backend.cancelled_ == 1; }));
}

TEST(GrpcProxy, PassesUploads) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo message, response;
  const auto writer = gated.stub->Collect(&context, &response);
  for (const char* text : {"a", "b", "c"}) {
    message.set_text(text);
    ASSERT_TRUE(writer->Write(message));
  }
  writer->WritesDone();
  EXPECT_TRUE(writer->Finish().ok());
  EXPECT_EQ(response.text(), "abc");
}

// The end of an upload and its cancellation look alike to a proxy; a backend must never take the
// latter for the former.
TEST(GrpcProxy, NeverMakesACancelledUploadLookComplete) {
  Gated gated;
  // Calls cancelled before they reached the backend are not seen there at all: go on until some
  // are.
  const absl::Time give_up = SystemClock().Now() + absl::Seconds(10);
  for (int i = 0; i < 60 || (gated.backend.cancelled_ == 0 && SystemClock().Now() < give_up); ++i) {
    grpc::ClientContext context;
    Gated::LogIn(context);
    Echo message, response;
    const auto writer = gated.stub->Collect(&context, &response);
    message.set_text("half");
    writer->Write(message);
    context.TryCancel();
    EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  grpc::ClientContext context;
  Gated::LogIn(context);
  Echo response;
  gated.stub->Collect(&context, &response)->WritesDone();
  EXPECT_TRUE(Get(gated, "").ok());
  EXPECT_LE(gated.backend.completed_, 1);
  EXPECT_GT(gated.backend.cancelled_, 0);
}

TEST(GrpcProxy, PassesConversations) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  const auto stream = gated.stub->Chat(&context);
  Echo message, response;
  for (int i = 0; i < 100; ++i) {
    message.set_number(i);
    ASSERT_TRUE(stream->Write(message));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.number(), i);
  }
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(GrpcProxy, EndsAConversationThatTheBackendEndsFirst) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  const auto stream = gated.stub->Chat(&context);
  Echo message, response;
  message.set_text("enough");
  ASSERT_TRUE(stream->Write(message));
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(GrpcProxy, SurvivesManyAtOnce) {
  Gated gated;
  std::vector<std::thread> clients;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, i] {
      for (int j = 0; j < 40; ++j) {
        const std::string text(static_cast<size_t>((i * 7919 + j * 104729) % 300000), 'x');
        Echo answer;
        if (!Get(gated, text, &answer).ok() || answer.text() != text) ++failed;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(failed, 0);
}

TEST(GrpcProxy, FinishesCallsInFlightWhenItStops) {
  Gated gated;
  grpc::ClientContext context;
  Gated::LogIn(context);
  const auto stream = gated.stub->Chat(&context);
  Echo message, response;
  ASSERT_TRUE(stream->Write(message));
  ASSERT_TRUE(stream->Read(&response));
  std::jthread stopper([&] { gated.gateway->Stop(); });
  ASSERT_TRUE(stream->Write(message));
  ASSERT_TRUE(stream->Read(&response));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  stopper.join();
}

}  // namespace
}  // namespace ip::gateway
