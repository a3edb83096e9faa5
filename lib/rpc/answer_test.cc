// When answers leave: after what they wait for, and NOT_FOUND on the beat.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <mutex>
#include <vector>

#include "lib/rpc/call.h"
#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

// What a handler puts before its answer holds back the answer, not the server's only worker.
TEST(AnswerTest, WaitsForItsGatesAndNoWorkerDoes) {
  std::mutex mutex;
  std::vector<CallContext::Done> waiting;
  ServerOptions options = TestOptions();
  options.workers = 1;
  Probe probe(RouterWithGet([&](CallContext& ctx, const ProbeRequest& request) {
                for (int i = 0; i < (request.text() == "at once" ? 0 : 2); ++i) {
                  ctx.AnswerAfter([&](CallContext::Done done) {
                    const std::lock_guard lock(mutex);
                    waiting.push_back(std::move(done));
                  });
                }
                return absl::StatusOr<ProbeResponse>(Say(request.text()));
              }),
              options);
  const auto get = [&](const char* text) {
    return std::async(std::launch::async, [&probe, text] {
      ProbeRequest request;
      request.set_text(text);
      return probe.Get(request);
    });
  };
  const auto open_next = [&](const absl::Status& status) {
    CallContext::Done done;
    EXPECT_TRUE(Eventually([&] {
      const std::lock_guard lock(mutex);
      if (waiting.empty()) return false;
      done = std::move(waiting.front());
      waiting.erase(waiting.begin());
      return true;
    }));
    done(status);
  };
  auto held = get("held");
  EXPECT_TRUE(Eventually([&] {
    const std::lock_guard lock(mutex);
    return waiting.size() == 1;
  }));
  EXPECT_TRUE(get("at once").get().ok());
  open_next(absl::OkStatus());
  EXPECT_EQ(held.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  open_next(absl::OkStatus());
  EXPECT_EQ(held.get()->text(), "held");

  auto failed = get("failed");
  open_next(Error(absl::StatusCode::kUnavailable, "GATE_CLOSED", "Not now."));
  EXPECT_EQ(ReasonOf(failed.get().status()), "GATE_CLOSED");
}

// What is there but not the caller's takes longer to find out than what is absent; the answers do
// not.
TEST(AnswerTest, NotFoundLeavesOnABeat) {
  Probe probe(RouterWithGet(
      [](CallContext& ctx, const ProbeRequest& request) -> absl::StatusOr<ProbeResponse> {
        if (request.text() == "denied") return PermissionDenied("NO", "You may not.");
        if (request.text() == "foreign") ctx.Wait(kNotFoundBeat / 2);
        return NotFound("probe");
      }));
  const auto time = [&](const char* what, const char* reason) {
    ProbeRequest request;
    request.set_text(what);
    const absl::Time begin = SystemClock().Now();
    EXPECT_EQ(ReasonOf(probe.Get(request).status()), reason);
    return SystemClock().Now() - begin;
  };
  EXPECT_TRUE(Eventually([&] { return time("denied", "NO") < kNotFoundBeat / 2; }));
  for (int i = 0; i < 10; ++i) {
    EXPECT_GE(time("absent", "RESOURCE_NOT_FOUND"), kNotFoundBeat - absl::Milliseconds(1));
    EXPECT_GE(time("foreign", "RESOURCE_NOT_FOUND"), kNotFoundBeat - absl::Milliseconds(1));
  }
}

}  // namespace
}  // namespace ip::rpc
