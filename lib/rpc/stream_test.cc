// Server streams: delivery, flow control, cancellation and shutdown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

using WatchHandler =
    std::function<absl::Status(CallContext&, const ProbeRequest&, Writer<ProbeResponse>&)>;

Router RouterWithWatch(WatchHandler watch) {
  Router router;
  router.ServerStream<ProbeRequest, ProbeResponse>(kProbe, "Watch", std::move(watch));
  return router;
}

ProbeResponse Number(int n) {
  ProbeResponse response;
  response.set_number(n);
  return response;
}

// Sends a number, then waits for the end of the call or the server.
absl::Status OneThenWait(CallContext& ctx, const ProbeRequest&, Writer<ProbeResponse>& out) {
  out.Write(Number(0));
  while (ctx.Wait(absl::Hours(1))) {
  }
  return absl::UnavailableError("resume elsewhere");
}

struct Feed {
  explicit Feed(Probe& probe, std::string token = "SERVICE",
                absl::Duration budget = absl::InfiniteDuration())
      : call({.identity = [token] { return token; }, .budget = budget}),
        reader(probe.stub->Watch(call.context(), {})) {}
  ClientCall call;
  std::unique_ptr<grpc::ClientReader<ProbeResponse>> reader;
};

TEST(StreamTest, AllMessagesArriveInOrder) {
  constexpr int kCount = 10'000;
  Probe probe(RouterWithWatch([](CallContext&, const ProbeRequest&, Writer<ProbeResponse>& out) {
    for (int i = 0; i < kCount; ++i) {
      if (!out.Write(Number(i))) return absl::CancelledError("client gone");
    }
    return absl::OkStatus();
  }));
  Feed feed(probe);
  ProbeResponse message;
  int expected = 0;
  while (feed.reader->Read(&message)) ASSERT_EQ(message.number(), expected++);
  EXPECT_TRUE(feed.reader->Finish().ok());
  EXPECT_EQ(expected, kCount);
}

TEST(StreamTest, IsAnsweredBeforeThereIsAnythingToSay) {
  Probe probe(RouterWithWatch([](CallContext& ctx, const ProbeRequest&, Writer<ProbeResponse>&) {
    while (ctx.Wait(absl::Hours(1))) {
    }
    return absl::OkStatus();
  }));
  Feed feed(probe, "SERVICE", absl::Seconds(20));
  feed.reader->WaitForInitialMetadata();
  EXPECT_TRUE(std::chrono::system_clock::now() < feed.call.context()->deadline());
  feed.call.context()->TryCancel();
  EXPECT_EQ(feed.reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(StreamTest, AnErrorAfterMessagesReachesTheClientWithDetails) {
  Probe probe(RouterWithWatch([](CallContext&, const ProbeRequest&, Writer<ProbeResponse>& out) {
    out.Write(Number(1));
    return Error(absl::StatusCode::kOutOfRange, "CURSOR_TOO_OLD", "Begin anew.");
  }));
  Feed feed(probe);
  ProbeResponse message;
  EXPECT_TRUE(feed.reader->Read(&message));
  EXPECT_FALSE(feed.reader->Read(&message));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(feed.reader->Finish())), "CURSOR_TOO_OLD");
}

TEST(StreamTest, TheRuleHoldsForStreamsToo) {
  std::atomic<int> runs = 0;
  Probe probe(RouterWithWatch([&](CallContext&, const ProbeRequest&, Writer<ProbeResponse>&) {
    ++runs;
    return absl::OkStatus();
  }));
  Feed feed(probe, "CITIZEN");
  ProbeResponse message;
  EXPECT_FALSE(feed.reader->Read(&message));
  EXPECT_EQ(feed.reader->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(runs, 0);
}

TEST(StreamTest, ASlowReaderHoldsTheWriterBack) {
  std::atomic<int> sent = 0;
  Probe probe(RouterWithWatch([&](CallContext&, const ProbeRequest&, Writer<ProbeResponse>& out) {
    const std::string big(100'000, 'x');
    while (sent < 1000 && out.Write(Say(big))) ++sent;
    return absl::OkStatus();
  }));
  Feed feed(probe);
  ProbeResponse message;
  ASSERT_TRUE(feed.reader->Read(&message));
  // 100 MB never fit into gRPC's windows; whoever ignores flow control would send them all.
  int last = -1;
  ASSERT_TRUE(Eventually([&] {
    const bool still = sent == last && last > 0;
    last = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return still;
  }));
  EXPECT_LT(sent, 1000);
  int received = 1;
  while (feed.reader->Read(&message)) ++received;
  EXPECT_EQ(received, 1000);
}

TEST(StreamTest, CancellationEndsTheWriter) {
  std::atomic<bool> ended = false;
  Probe probe(RouterWithWatch(
      [&](CallContext& ctx, const ProbeRequest& request, Writer<ProbeResponse>& out) {
        const absl::Status status = OneThenWait(ctx, request, out);
        EXPECT_FALSE(out.Write(Number(1)));
        ended = true;
        return status;
      }));
  Feed feed(probe);
  ProbeResponse message;
  ASSERT_TRUE(feed.reader->Read(&message));
  feed.call.context()->TryCancel();
  EXPECT_EQ(feed.reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return ended.load(); }));
}

TEST(StreamTest, StoppingEndsStreamsLongBeforeTheDrainIsOver) {
  ServerOptions options = TestOptions();
  options.drain = absl::Minutes(5);
  Probe probe(RouterWithWatch(OneThenWait), options);
  Feed feed(probe);
  ProbeResponse message;
  ASSERT_TRUE(feed.reader->Read(&message));
  auto stopped = std::async(std::launch::async, [&] { probe.server->Stop(); });
  EXPECT_FALSE(feed.reader->Read(&message));
  EXPECT_EQ(feed.reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(StreamTest, AStreamWhoseReaderStallsDoesNotBlockTheStop) {
  ServerOptions options = TestOptions();
  options.drain = absl::Milliseconds(200);
  Probe probe(RouterWithWatch([](CallContext&, const ProbeRequest&, Writer<ProbeResponse>& out) {
                while (out.Write(Say(std::string(100'000, 'x')))) {
                }
                return absl::OkStatus();
              }),
              options);
  Feed feed(probe);
  ProbeResponse message;
  ASSERT_TRUE(feed.reader->Read(&message));
  auto stopped = std::async(std::launch::async, [&] { probe.server->Stop(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  feed.call.context()->TryCancel();
}

TEST(StreamTest, TooManyStreamsAreRefusedAndTheirPlacesComeBack) {
  ServerOptions options = TestOptions();
  options.max_streams = 1;
  Probe probe(RouterWithWatch(OneThenWait), options);
  ProbeResponse message;
  {
    Feed first(probe);
    ASSERT_TRUE(first.reader->Read(&message));
    Feed second(probe);
    EXPECT_FALSE(second.reader->Read(&message));
    EXPECT_EQ(ReasonOf(FromGrpcStatus(second.reader->Finish())), "SERVER_BUSY");
    first.call.context()->TryCancel();
  }
  EXPECT_TRUE(Eventually([&] {
    Feed third(probe, "SERVICE", absl::Seconds(5));
    return third.reader->Read(&message);
  }));
}

TEST(StreamTest, StreamsDoNotTakeWorkers) {
  ServerOptions options = TestOptions();
  options.workers = 1;
  Router router = RouterWithWatch(OneThenWait);
  router.Unary<ProbeRequest, ProbeResponse>(
      kProbe, "Get",
      [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> { return Say(""); });
  Probe probe(std::move(router), options);
  Feed a(probe), b(probe);
  ProbeResponse message;
  ASSERT_TRUE(a.reader->Read(&message));
  ASSERT_TRUE(b.reader->Read(&message));
  EXPECT_TRUE(probe.Get().ok());
}

TEST(StreamTest, AnExceptionIsMasked) {
  Probe probe(RouterWithWatch(
      [](CallContext&, const ProbeRequest&, Writer<ProbeResponse>& out) -> absl::Status {
        out.Write(Number(0));
        throw std::runtime_error("SELECT secret");
      }));
  Feed feed(probe);
  ProbeResponse message;
  while (feed.reader->Read(&message)) {
  }
  const grpc::Status status = feed.reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("Error id"));
}

}  // namespace
}  // namespace ip::rpc
