// Client streams with answers: order, flow control, the client's end and the server's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

using In = Reader<ProbeRequest>;
using Out = Writer<ProbeResponse>;
using ExchangeHandler = std::function<absl::Status(CallContext&, In&, Out&)>;

Router RouterWithExchange(ExchangeHandler exchange) {
  Router router;
  router.BidiStream<ProbeRequest, ProbeResponse>(kProbe, "Exchange", std::move(exchange));
  return router;
}

absl::Status Echo(CallContext&, In& in, Out& out) {
  ProbeRequest request;
  for (;;) {
    const auto more = in.Read(request);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (!out.Write(Say(request.text()))) return absl::CancelledError("client gone");
  }
}

ProbeRequest Ask(const std::string& text) {
  ProbeRequest request;
  request.set_text(text);
  return request;
}

struct Exchange {
  explicit Exchange(Probe& probe, std::string token = "SYSTEM")
      : call({.identity = [token] { return token; }, .budget = absl::Minutes(2)}),
        stream(probe.stub->Exchange(call.context())) {}
  ClientCall call;
  std::unique_ptr<grpc::ClientReaderWriter<ProbeRequest, ProbeResponse>> stream;
};

TEST(BidiTest, EachMessageIsAnsweredInOrder) {
  constexpr int kCount = 10'000;
  Probe probe(RouterWithExchange(Echo));
  Exchange exchange(probe);
  std::jthread writer([&] {
    for (int i = 0; i < kCount; ++i) exchange.stream->Write(Ask(std::to_string(i)));
    exchange.stream->WritesDone();
  });
  ProbeResponse answer;
  int expected = 0;
  while (exchange.stream->Read(&answer)) ASSERT_EQ(answer.text(), std::to_string(expected++));
  writer.join();
  EXPECT_EQ(expected, kCount);
  EXPECT_TRUE(exchange.stream->Finish().ok());
}

TEST(BidiTest, NoMessageAtAllIsAnEmptyStream) {
  Probe probe(RouterWithExchange(Echo));
  Exchange exchange(probe);
  exchange.stream->WritesDone();
  ProbeResponse answer;
  EXPECT_FALSE(exchange.stream->Read(&answer));
  EXPECT_TRUE(exchange.stream->Finish().ok());
}

TEST(BidiTest, TheRuleHoldsBeforeTheFirstMessageIsRead) {
  std::atomic<int> runs = 0;
  Probe probe(RouterWithExchange([&](CallContext&, In&, Out&) {
    ++runs;
    return absl::OkStatus();
  }));
  Exchange exchange(probe, "CITIZEN");
  exchange.stream->Write(Ask("x"));
  EXPECT_EQ(exchange.stream->Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(runs, 0);
}

TEST(BidiTest, AServerThatDoesNotReadHoldsTheClientBack) {
  std::promise<void> go;
  Probe probe(RouterWithExchange([&](CallContext& ctx, In& in, Out& out) {
    go.get_future().wait();
    return Echo(ctx, in, out);
  }));
  Exchange exchange(probe);
  std::atomic<int> sent = 0;
  std::jthread writer([&] {
    const std::string big(100'000, 'x');
    while (sent < 500 && exchange.stream->Write(Ask(big))) ++sent;
    exchange.stream->WritesDone();
  });
  int last = -1;
  EXPECT_TRUE(Eventually([&] {  // 50 MB do not fit into gRPC's windows
    const bool still = sent == last && last > 0;
    last = sent;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return still;
  }));
  EXPECT_LT(sent, 500);
  go.set_value();
  ProbeResponse answer;
  int answers = 0;
  while (exchange.stream->Read(&answer)) ++answers;
  writer.join();
  EXPECT_EQ(answers, 500);
}

TEST(BidiTest, StoppingEndsAStreamThatWaitsForItsClient) {
  ServerOptions options = TestOptions();
  options.drain = absl::Minutes(5);
  Probe probe(RouterWithExchange(Echo), options);
  Exchange exchange(probe);
  exchange.stream->Write(Ask("x"));
  ProbeResponse answer;
  ASSERT_TRUE(exchange.stream->Read(&answer));
  auto stopped = std::async(std::launch::async, [&] { probe.server->Stop(); });
  EXPECT_FALSE(exchange.stream->Read(&answer));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(exchange.stream->Finish())), "STREAM_ENDED");
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(BidiTest, AClientThatGoesAwayEndsTheHandler) {
  std::promise<absl::Status> ended;
  Probe probe(RouterWithExchange([&](CallContext& ctx, In& in, Out& out) {
    absl::Status status = Echo(ctx, in, out);
    ended.set_value(status);
    return status;
  }));
  Exchange exchange(probe);
  exchange.stream->Write(Ask("x"));
  ProbeResponse answer;
  ASSERT_TRUE(exchange.stream->Read(&answer));
  exchange.call.context()->TryCancel();
  auto status = ended.get_future();
  ASSERT_EQ(status.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_EQ(status.get().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(exchange.stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST(BidiTest, AHandlerMayEndBeforeTheClientDoes) {
  Probe probe(RouterWithExchange([](CallContext&, In&, Out& out) {
    out.Write(Say("enough"));
    return Error(absl::StatusCode::kResourceExhausted, "OVERLOADED", "Enough.");
  }));
  Exchange exchange(probe);
  exchange.stream->Write(Ask("x"));
  ProbeResponse answer;
  EXPECT_TRUE(exchange.stream->Read(&answer));
  EXPECT_FALSE(exchange.stream->Read(&answer));
  EXPECT_EQ(ReasonOf(FromGrpcStatus(exchange.stream->Finish())), "OVERLOADED");
}

}  // namespace
}  // namespace ip::rpc
