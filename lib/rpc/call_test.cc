// The wrapper that every call goes through, seen from a client.
#include "lib/rpc/call.h"

#include <gmock/gmock.h>
#include <grpcpp/impl/codegen/client_unary_call.h>

#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "absl/strings/cord.h"
#include "google/rpc/error_details.pb.h"
#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A server whose Get does nothing but count that it ran.
struct Counting {
  std::atomic<int> runs = 0;
  Probe probe{RouterWithGet([this](CallContext&, const ProbeRequest&) {
    ++runs;
    return absl::StatusOr<ProbeResponse>(Say("done"));
  })};
};

TEST(CallTest, HandlerAnswersAndKnowsItsCall) {
  Probe probe(RouterWithGet([](CallContext& ctx, const ProbeRequest& request) {
    EXPECT_EQ(ctx.caller().person, "persons/test");
    EXPECT_EQ(ctx.method(), "Get");
    EXPECT_EQ(ctx.service(), kProbe);
    EXPECT_EQ(ctx.action(), individuellplan::type::v1::READ_PLAN);
    EXPECT_EQ(ctx.payload_hash().size(), 32u);
    EXPECT_FALSE(ctx.cancelled());
    EXPECT_FALSE(ctx.stopping());
    return absl::StatusOr<ProbeResponse>(Say("hello " + request.text()));
  }));
  ProbeRequest request;
  request.set_text("blåbær");
  const auto answer = probe.Get(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->text(), "hello blåbær");
}

TEST(CallTest, PayloadHashTellsRequestsApartAndIgnoresMapOrder) {
  Probe probe(RouterWithGet([](CallContext& ctx, const ProbeRequest&) {
    // The hash is bytes; hex keeps the answer valid UTF-8.
    std::string hex;
    for (const unsigned char c : ctx.payload_hash()) hex += std::to_string(c) + ".";
    return absl::StatusOr<ProbeResponse>(Say(hex));
  }));
  ProbeRequest one, same, other;
  for (int i = 0; i < 20; ++i) (*one.mutable_labels())[std::to_string(i)] = "x";
  for (int i = 19; i >= 0; --i) (*same.mutable_labels())[std::to_string(i)] = "x";
  other = one;
  other.set_text("y");
  EXPECT_EQ(probe.Get(one)->text(), probe.Get(same)->text());
  EXPECT_NE(probe.Get(one)->text(), probe.Get(other)->text());
}

TEST(CallTest, WithoutIdentityNothingRuns) {
  Counting server;
  EXPECT_EQ(server.probe.Get({}, "no such token").status().code(),
            absl::StatusCode::kUnauthenticated);

  grpc::ClientContext bare;
  ProbeResponse response;
  EXPECT_EQ(server.probe.stub->Get(&bare, {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);

  grpc::ClientContext twice;
  twice.AddMetadata("x-ip-identity", "CITIZEN");
  twice.AddMetadata("x-ip-identity", "CITIZEN");
  EXPECT_EQ(server.probe.stub->Get(&twice, {}, &response).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(server.runs, 0);
}

TEST(CallTest, AuthenticationErrorsDoNotSayWhy) {
  Counting server;
  const auto status = server.probe.Get({}, "no such token").status();
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("role")));
  EXPECT_EQ(ReasonOf(status), "UNAUTHENTICATED");
}

TEST(CallTest, RolesOutsideTheRuleAreDenied) {
  Counting server;
  for (const char* role : {"SERVICE", "OPERATOR", "ROLE_UNSPECIFIED"}) {
    const auto status = server.probe.Get({}, role).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << role;
    EXPECT_EQ(ReasonOf(status), "ROLE_NOT_ALLOWED");
  }
  EXPECT_TRUE(server.probe.Get({}, "PRACTITIONER").ok());
  EXPECT_EQ(server.runs, 1);
}

TEST(CallTest, StepUpNeedsAFreshLogin) {
  Router router;
  router.Unary<ProbeRequest, ProbeResponse>(
      kProbe, "Sign", [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
        return Say("signed");
      });
  Probe probe(std::move(router));
  const auto sign = [&](std::string token) {
    return Invoke(*probe.stub, &ProbeService::Stub::Sign, {},
                  {.identity = [token] { return token; }});
  };
  EXPECT_EQ(ReasonOf(sign("CITIZEN").status()), "STEP_UP_REQUIRED");
  EXPECT_TRUE(sign("CITIZEN+fresh").ok());
}

TEST(CallTest, AuthenticationComesBeforeTheRuleAndTheRuleBeforeParsing) {
  Counting server;
  ProbeRequest bad;
  bad.set_page_size(-1);
  EXPECT_EQ(server.probe.Get(bad, "nobody").status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(server.probe.Get(bad, "SERVICE").status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(server.probe.Get(bad, "CITIZEN").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(server.runs, 0);
}

TEST(CallTest, GenericChecksNameAllBadFields) {
  Counting server;
  ProbeRequest bad;
  bad.set_page_size(-1);
  bad.set_request_id("42");
  const auto status = server.probe.Get(bad).status();
  EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
  google::rpc::BadRequest details;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.BadRequest");
  ASSERT_TRUE(payload.has_value());
  ASSERT_TRUE(details.ParseFromString(std::string(*payload)));
  EXPECT_EQ(details.field_violations_size(), 2);

  bad.set_page_size(0);
  bad.set_request_id("3F2B8C1E-6d0a-4c55-9a3e-2f1d7b9c0e4a");
  EXPECT_TRUE(server.probe.Get(bad).ok());
}

TEST(CallTest, RpcsWithoutHandlerAreComingLaterButOnlyForThoseWhoMay) {
  Counting server;
  const auto later = [&](std::string token) {
    return Invoke(*server.probe.stub, &ProbeService::Stub::Later, {},
                  {.identity = [token] { return token; }})
        .status();
  };
  EXPECT_EQ(later("nobody").code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(later("SERVICE").code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(later("CITIZEN").code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(ReasonOf(later("CITIZEN")), "RPC_NOT_IMPLEMENTED");
}

TEST(CallTest, UnknownServicesAreUnimplemented) {
  Counting server;
  auto other = individuellplan::testing::v1::UnruledService::NewStub(server.probe.channel);
  grpc::ClientContext context;
  ProbeResponse response;
  EXPECT_EQ(other->Get(&context, {}, &response).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(CallTest, DetailsAndReasonReachTheClient) {
  Probe probe(RouterWithGet([](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
    return PreconditionsFailed("PLAN_NOT_READY", "Something is missing.",
                               {{"CONSENT", "plan.consents", "the owner must consent"}});
  }));
  const auto status = probe.Get().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "PLAN_NOT_READY");
  EXPECT_TRUE(status.GetPayload("type.googleapis.com/google.rpc.PreconditionFailure").has_value());
}

TEST(CallTest, InternalErrorsAndExceptionsAreMasked) {
  for (const int kind : {0, 1, 2, 3, 4}) {
    Probe probe(
        RouterWithGet([kind](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
          if (kind == 0) return absl::InternalError("SELECT secret");
          if (kind == 1) return absl::UnknownError("SELECT secret");
          if (kind == 2) return absl::DataLossError("SELECT secret");
          if (kind == 3) throw std::runtime_error("SELECT secret");
          throw 42;
        }));
    const auto status = probe.Get().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << kind;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("Something went wrong on our side. Error id "));
    EXPECT_THAT(status.ToString(), Not(HasSubstr("secret")));
  }
}

TEST(CallTest, ExpectedErrorsWithoutReasonGetOne) {
  Probe probe(RouterWithGet([](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
    return absl::UnavailableError("database is away");
  }));
  EXPECT_EQ(ReasonOf(probe.Get().status()), "UNAVAILABLE");
}

TEST(CallTest, ErrorsStayInsideTheMetadataLimit) {
  Probe probe(RouterWithGet([](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
    return Error(absl::StatusCode::kFailedPrecondition, "BIG", std::string(100'000, 'x'));
  }));
  for (int i = 0; i < 2; ++i) {  // an oversized error would break the next call of the channel too
    EXPECT_EQ(probe.Get().status().code(), absl::StatusCode::kFailedPrecondition);
  }
}

TEST(CallTest, AnswersThatAreTooLargeSayHowToGoOn) {
  Probe probe(RouterWithGet([](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
    return Say(std::string(5 << 20, 'x'));
  }));
  EXPECT_EQ(ReasonOf(probe.Get().status()), "RESPONSE_TOO_LARGE");
}

TEST(CallTest, DeadlineIsCappedAndKept) {
  absl::Duration left;
  Probe probe(RouterWithGet([&](CallContext& ctx, const ProbeRequest&) {
    left = ctx.deadline() - SystemClock().Now();
    return absl::StatusOr<ProbeResponse>(Say(""));
  }));
  ASSERT_TRUE(probe.Get({}, "CITIZEN", absl::InfiniteDuration()).ok());
  EXPECT_GT(left, absl::Seconds(20));
  EXPECT_LE(left, absl::Seconds(30));
  ASSERT_TRUE(probe.Get({}, "CITIZEN", absl::Minutes(10)).ok());
  EXPECT_LE(left, absl::Seconds(30));
  ASSERT_TRUE(probe.Get({}, "CITIZEN", absl::Seconds(7)).ok());
  EXPECT_LE(left, absl::Seconds(8));  // gRPC rounds what travels
}

// One worker, held by the first call until `gate` opens.
struct OneWorker {
  explicit OneWorker(size_t queue_limit, absl::Duration max_deadline = absl::Seconds(30)) {
    ServerOptions options = TestOptions();
    options.max_deadline = max_deadline;
    options.workers = 1;
    options.queue_limit = queue_limit;
    probe = std::make_unique<Probe>(RouterWithGet([this](CallContext&, const ProbeRequest&) {
                                      ++runs;
                                      gate.get_future().wait();
                                      return absl::StatusOr<ProbeResponse>(Say(""));
                                    }),
                                    options);
  }
  std::promise<void> gate;
  std::atomic<int> runs = 0;
  std::unique_ptr<Probe> probe;
};

TEST(CallTest, CallsThatExpireInTheQueueAreNotRun) {
  OneWorker server(10);
  auto first = std::async(std::launch::async, [&] { return server.probe->Get(); });
  ASSERT_TRUE(Eventually([&] { return server.runs == 1; }));
  EXPECT_EQ(server.probe->Get({}, "CITIZEN", absl::Milliseconds(50)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  // gRPC rounds the deadline up by some milliseconds on its way to the server.
  const absl::Time expired = SystemClock().Now() + absl::Milliseconds(100);
  ASSERT_TRUE(Eventually([&] { return SystemClock().Now() > expired; }));
  server.gate.set_value();
  EXPECT_TRUE(first.get().ok());
  server.probe->server->Stop();
  EXPECT_EQ(server.runs, 1);
}

TEST(CallTest, TheCapHoldsForTheQueueToo) {
  OneWorker server(10, absl::Milliseconds(50));
  const auto call = [&] { return server.probe->Get({}, "CITIZEN", absl::InfiniteDuration()); };
  auto first = std::async(std::launch::async, call);
  ASSERT_TRUE(Eventually([&] { return server.runs == 1; }));
  auto second = std::async(std::launch::async, call);
  ASSERT_TRUE(Eventually([&] { return QueueDepth().Value() == 1; }));
  const absl::Time expired = SystemClock().Now() + absl::Milliseconds(60);
  ASSERT_TRUE(Eventually([&] { return SystemClock().Now() > expired; }));
  server.gate.set_value();
  EXPECT_TRUE(first.get().ok());
  EXPECT_EQ(second.get().status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(server.runs, 1);
}

TEST(CallTest, AFullQueueSaysBusyAndWhenToTryAgain) {
  OneWorker server(1);
  auto first = std::async(std::launch::async, [&] { return server.probe->Get(); });
  ASSERT_TRUE(Eventually([&] { return server.runs == 1; }));
  // Of two further calls one waits in the queue and one is refused.
  auto a = std::async(std::launch::async,
                      [&] { return server.probe->Get({}, "CITIZEN", absl::Milliseconds(300)); });
  auto b = std::async(std::launch::async,
                      [&] { return server.probe->Get({}, "CITIZEN", absl::Milliseconds(300)); });
  absl::Status refused = a.get().status();
  if (refused.code() != absl::StatusCode::kResourceExhausted) {
    refused = b.get().status();
  } else {
    EXPECT_EQ(b.get().status().code(), absl::StatusCode::kDeadlineExceeded);
  }
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(refused), "SERVER_BUSY");
  EXPECT_TRUE(refused.GetPayload("type.googleapis.com/google.rpc.RetryInfo").has_value());
  server.gate.set_value();
  EXPECT_TRUE(first.get().ok());
}

TEST(CallTest, TheHandlerSeesThatTheClientIsGone) {
  std::atomic<bool> running = false, seen = false;
  Probe probe(RouterWithGet([&](CallContext& ctx, const ProbeRequest&) {
    running = true;
    seen = !ctx.Wait(absl::Seconds(10)) && ctx.cancelled();
    return absl::StatusOr<ProbeResponse>(Say(""));
  }));
  ClientCall call({.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(10)});
  auto answer = std::async(std::launch::async, [&] {
    ProbeResponse response;
    return probe.stub->Get(call.context(), {}, &response);
  });
  ASSERT_TRUE(Eventually([&] { return running.load(); }));
  call.context()->TryCancel();
  EXPECT_EQ(answer.get().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return seen.load(); }));
}

TEST(CallTest, MalformedBytesAreInvalid) {
  Counting server;
  // Field 1 (a text) with bytes that are not UTF-8.
  const std::string raw = "\x0a\x02\xff\xfe";
  grpc::Slice slice(raw);
  grpc::ByteBuffer request(&slice, 1), response;
  ClientCall call({.identity = [] { return "CITIZEN"; }});
  grpc::internal::RpcMethod method("/individuellplan.testing.v1.ProbeService/Get",
                                   grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status =
      grpc::internal::BlockingUnaryCallImpl<grpc::ByteBuffer, grpc::ByteBuffer>(
          server.probe.channel.get(), method, call.context(), request, &response)
          .status();
  EXPECT_EQ(ReasonOf(FromGrpcStatus(status)), "REQUEST_MALFORMED");
  EXPECT_EQ(server.runs, 0);
}

TEST(CallTest, CallsAreCounted) {
  Counting server;
  ASSERT_TRUE(server.probe.Get().ok());
  EXPECT_THAT(MetricsText(),
              HasSubstr("grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Get\","
                        "grpc_service=\"individuellplan.testing.v1.ProbeService\"}"));
  EXPECT_THAT(MetricsText(), HasSubstr("grpc_server_handling_seconds_count"));
}

}  // namespace
}  // namespace ip::rpc
