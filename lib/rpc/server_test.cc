// The life of a server: ports, health, metrics, stop.
#include "lib/rpc/server.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <future>

#include "lib/crypto/certificate.h"
#include "lib/rpc/service_main.h"
#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<ProbeResponse> Nothing(CallContext&, const ProbeRequest&) { return Say(""); }

// What grpc.health.v1 says of `service`: "SERVING", "NOT_SERVING" or why there was no answer. The
// health protos are not vendored, so the two tiny messages are written and read by hand.
std::string Health(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  std::string bytes;
  if (!service.empty())
    bytes = "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
  grpc::Slice slice(bytes);
  grpc::ByteBuffer request(&slice, 1), response;
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  grpc::Status status;
  call->StartCall();
  call->Finish(&response, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  if (!status.ok()) return "no answer: " + status.error_message();
  grpc::Slice answer;  // what arrived in two reads lies in two slices
  if (!response.DumpToSingleSlice(&answer).ok() || answer.size() != 2) return "not an answer";
  return answer.begin()[1] == 1 ? "SERVING" : "NOT_SERVING";
}

std::string HttpGet(const std::string& url) {
  std::string body;
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(
      curl, CURLOPT_WRITEFUNCTION, +[](char* data, size_t size, size_t count, void* out) {
        static_cast<std::string*>(out)->append(data, size * count);
        return size * count;
      });
  curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  return body;
}

TEST(ServerTest, ATakenPortIsSaidClearly) {
  Probe probe(RouterWithGet(Nothing));
  ServerOptions options = TestOptions();
  options.listen = "127.0.0.1:" + std::to_string(probe.server->port());
  const auto second = Server::Start(RouterWithGet(Nothing), options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(options.listen));
}

TEST(ServerTest, HealthFollowsTheDependency) {
  std::atomic<bool> up = false;
  ServerOptions options = TestOptions();
  options.ready = [&] {
    return up ? absl::OkStatus() : absl::UnavailableError("the database does not answer");
  };
  Probe probe(RouterWithGet(Nothing), options);
  EXPECT_EQ(Health(probe.channel, ""), "SERVING");  // the process lives
  EXPECT_EQ(Health(probe.channel, kProbe), "NOT_SERVING");
  up = true;
  EXPECT_TRUE(Eventually([&] { return Health(probe.channel, kProbe) == "SERVING"; }));
  up = false;
  EXPECT_TRUE(Eventually([&] { return Health(probe.channel, kProbe) == "NOT_SERVING"; }));
  EXPECT_EQ(Health(probe.channel, ""), "SERVING");
}

TEST(ServerTest, HealthHasAPortOfItsOwnForProbesWithoutACertificate) {
  std::atomic<bool> up = true;
  ServerOptions options = TestOptions();
  options.health_address = "127.0.0.1:0";
  options.ready = [&] { return up ? absl::OkStatus() : absl::UnavailableError("down"); };
  Probe probe(RouterWithGet(Nothing), options);
  const auto channel =
      grpc::CreateChannel("127.0.0.1:" + std::to_string(probe.server->health_port()),
                          grpc::InsecureChannelCredentials());
  EXPECT_TRUE(Eventually([&] { return Health(channel, kProbe) == "SERVING"; }));
  EXPECT_EQ(Health(channel, ""), "SERVING");
  up = false;
  EXPECT_TRUE(Eventually([&] { return Health(channel, kProbe) == "NOT_SERVING"; }));

  const auto stub = ProbeService::NewStub(channel);
  EXPECT_EQ(Invoke(*stub, &ProbeService::Stub::Get, {}, {}).status().code(),
            absl::StatusCode::kUnimplemented)
      << "nothing else is served there";
}

TEST(ServerTest, OneMissIsForgiven) {
  std::atomic<int> asked = 0;
  ServerOptions options = TestOptions();
  options.ready = [&] {
    ++asked;
    return asked % 3 == 0 ? absl::OkStatus() : absl::UnavailableError("now and then");
  };
  Probe probe(RouterWithGet(Nothing), options);
  ASSERT_TRUE(Eventually([&] { return Health(probe.channel, kProbe) == "SERVING"; }));
  const int from = asked;
  while (asked < from + 20) ASSERT_EQ(Health(probe.channel, kProbe), "SERVING");
}

TEST(ServerTest, StopTurnsHealthFirstAndLetsCallsFinish) {
  std::atomic<bool> running = false;
  std::promise<void> gate;
  ServerOptions options = TestOptions();
  options.detection = absl::Milliseconds(500);
  Probe probe(RouterWithGet([&](CallContext&, const ProbeRequest&) {
                running = true;
                gate.get_future().wait();
                return absl::StatusOr<ProbeResponse>(Say("finished"));
              }),
              options);
  ASSERT_TRUE(Eventually([&] { return Health(probe.channel, kProbe) == "SERVING"; }));
  auto answer = std::async(std::launch::async, [&] { return probe.Get(); });
  ASSERT_TRUE(Eventually([&] { return running.load(); }));
  auto stopped = std::async(std::launch::async, [&] { probe.server->Stop(); });
  EXPECT_TRUE(Eventually([&] { return Health(probe.channel, kProbe) == "NOT_SERVING"; }));
  EXPECT_NE(stopped.wait_for(std::chrono::milliseconds(0)), std::future_status::ready);
  gate.set_value();
  ASSERT_TRUE(answer.get().ok());
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(ServerTest, WhatOutlivesTheDrainIsCancelled) {
  std::atomic<bool> running = false;
  ServerOptions options = TestOptions();
  options.drain = absl::Milliseconds(100);
  Probe probe(RouterWithGet([&](CallContext& ctx, const ProbeRequest&) {
                running = true;
                while (!ctx.cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
                return absl::StatusOr<ProbeResponse>(absl::CancelledError("stopped"));
              }),
              options);
  auto answer = std::async(std::launch::async, [&] { return probe.Get(); });
  ASSERT_TRUE(Eventually([&] { return running.load(); }));
  probe.server->Stop();
  EXPECT_FALSE(answer.get().ok());
}

TEST(ServerTest, MetricsAreServedOnTheAdminPort) {
  ServerOptions options = TestOptions();
  options.metrics_address = "127.0.0.1:0";
  Probe probe(RouterWithGet(Nothing), options);
  ASSERT_TRUE(probe.Get().ok());
  EXPECT_THAT(
      HttpGet("http://127.0.0.1:" + std::to_string(probe.server->metrics_port()) + "/metrics"),
      HasSubstr("grpc_server_handled_total"));
}

TEST(MetricsPortTest, SaysWhenOurCertificatesRunOut) {
  const absl::Time now = SystemClock().Now();
  const std::string file = ::testing::TempDir() + "metrics_port_test.crt";
  const auto issue = [&](absl::Time end) {
    const auto authority = crypto::NewAuthority({"CA", {}, now, end});
    ASSERT_TRUE(authority.ok()) << authority.status();
    std::ofstream(file) << authority->certificate;
  };
  issue(now + absl::Hours(24));
  const auto port = MetricsPort::Open(
      "127.0.0.1:0", {{"internal", file}, {"lost", "/nowhere.crt"}, {"public", ""}});
  ASSERT_TRUE(port.ok()) << port.status();
  const auto seen = [&] {
    return HttpGet("http://127.0.0.1:" + std::to_string((*port)->port()) + "/metrics");
  };
  const auto line = [](const char* which, absl::Time end) {
    return absl::StrCat("ip_tls_certificate_not_after_seconds{certificate=\"", which, "\"} ",
                        absl::ToUnixSeconds(end), "\n");
  };
  EXPECT_THAT(seen(), HasSubstr(line("internal", now + absl::Hours(24))));
  EXPECT_THAT(seen(), HasSubstr(line("lost", absl::UnixEpoch())));
  EXPECT_THAT(seen(), Not(HasSubstr("public")));
  issue(now + absl::Hours(48));
  EXPECT_THAT(seen(), HasSubstr(line("internal", now + absl::Hours(48)))) << "renewed";
  EXPECT_EQ(MetricsPort::Open("127.0.0.1:" + std::to_string((*port)->port()), {}).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(ServerTest, UnixSocketsWork) {
  const std::string path = ::testing::TempDir() + "/rpc_server_test.sock";
  ServerOptions options = TestOptions();
  options.listen = "unix:" + path;
  Probe probe(RouterWithGet(Nothing), options);
  EXPECT_EQ(probe.server->port(), 0);
  auto stub = ProbeService::NewStub(
      grpc::CreateChannel("unix:" + path, grpc::InsecureChannelCredentials()));
  EXPECT_TRUE(
      Invoke(*stub, &ProbeService::Stub::Get, {}, {.identity = [] { return "CITIZEN"; }}).ok());
}

// A whole process under SIGTERM. It is this binary again, started with --serve (see main below).
TEST(ServerTest, SigtermDrainsTheCallInFlightAndExitsWithZero) {
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies leaves nobody behind
    dup2(out[1], STDERR_FILENO);
    execl("/proc/self/exe", "probe-service", "--serve", nullptr);
    _exit(127);
  }
  close(out[1]);
  FILE* log = fdopen(out[0], "r");
  const auto wait_for = [log](const std::string& word) {
    char line[4096];
    while (std::fgets(line, sizeof(line), log) != nullptr) {
      if (std::string(line).find(word) != std::string::npos) return std::string(line);
    }
    return std::string();
  };
  const std::string listening = wait_for("\"listening\"");
  const size_t at = listening.find("\"port\":");
  ASSERT_NE(at, listening.npos);
  const std::string target = "127.0.0.1:" + std::to_string(std::stoi(listening.substr(at + 7)));
  auto stub =
      ProbeService::NewStub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  auto answer = std::async(std::launch::async, [&] {
    return Invoke(*stub, &ProbeService::Stub::Get, {},
                  {.identity = [] { return "CITIZEN"; }, .budget = absl::Seconds(20)});
  });
  EXPECT_NE(wait_for("handler_runs"), "");
  kill(child, SIGTERM);
  EXPECT_NE(wait_for("\"stopping\""), "");
  const auto result = answer.get();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->text(), "finished while stopping");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  std::fclose(log);
}

absl::Status ServeProbe() {
  ServerOptions options = TestOptions();
  return ServeUntilStopped(
      RouterWithGet([](CallContext& ctx, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> {
        Log(Severity::kInfo, "handler_runs");
        while (!ctx.stopping()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return Say("finished while stopping");
      }),
      options);
}

}  // namespace
}  // namespace ip::rpc

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "--serve") {
    return ip::rpc::ServiceMain(1, argv, "probe-service", "Tests lib/rpc.", ip::rpc::ServeProbe);
  }
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
