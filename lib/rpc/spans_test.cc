#include "lib/rpc/spans.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <rapidjson/document.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

// A collector that takes one request and keeps its body.
class Collector {
 public:
  Collector() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(socket_, 1) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      ADD_FAILURE() << "cannot listen";
    }
    endpoint = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/v1/traces";
    body = std::async(std::launch::async, [this] { return TakeOne(); });
  }
  ~Collector() {
    shutdown(socket_, SHUT_RDWR);
    close(socket_);
  }

  std::string endpoint;
  std::future<std::string> body;

 private:
  std::string TakeOne() const {
    const int client = accept(socket_, nullptr, nullptr);
    std::string request;
    char buffer[4096];
    size_t need = std::string::npos;
    while (request.size() < need) {
      const ssize_t n = read(client, buffer, sizeof(buffer));
      if (n <= 0) break;
      request.append(buffer, static_cast<size_t>(n));
      const size_t end = request.find("\r\n\r\n");
      const size_t length = request.find("Content-Length: ");
      if (end != request.npos && length != request.npos) {
        need = end + 4 + std::stoul(request.substr(length + 16));
      }
    }
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    EXPECT_GT(write(client, answer.data(), answer.size()), 0);
    close(client);
    return request.substr(request.find("\r\n\r\n") + 4);
  }

  const int socket_;
};

TEST(SpansTest, AnsweredCallsReachTheCollectorInTheirTrace) {
  Collector collector;
  StartSpans(collector.endpoint, "probe-service");
  Probe probe(RouterWithGet(
      [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> { return Say(""); }));
  ClientCall call({.identity = [] { return "CITIZEN"; }});
  call.context()->AddMetadata("x-correlation-id", "unseen");
  ProbeResponse response;
  ASSERT_TRUE(probe.stub->Get(call.context(), {}, &response).ok());
  StopSpans();

  rapidjson::Document sent;
  sent.Parse(collector.body.get().c_str());
  ASSERT_FALSE(sent.HasParseError());
  const auto& resource = sent["resourceSpans"][0];
  EXPECT_STREQ(resource["resource"]["attributes"][0]["value"]["stringValue"].GetString(),
               "probe-service");
  const auto& span = resource["scopeSpans"][0]["spans"][0];
  EXPECT_STREQ(span["name"].GetString(), "individuellplan.testing.v1.ProbeService/Get");
  EXPECT_EQ(span["traceId"].GetStringLength(), 32u);
  EXPECT_EQ(span["parentSpanId"].GetStringLength(), 16u);
  EXPECT_LE(std::stoll(span["startTimeUnixNano"].GetString()),
            std::stoll(span["endTimeUnixNano"].GetString()));
}

TEST(SpansTest, ADeadCollectorDelaysNobody) {
  StartSpans("http://127.0.0.1:1/v1/traces", "probe-service");
  Probe probe(RouterWithGet(
      [](CallContext&, const ProbeRequest&) -> absl::StatusOr<ProbeResponse> { return Say(""); }));
  EXPECT_TRUE(probe.Get().ok());
  StopSpans();
  EXPECT_THAT(MetricsText(), ::testing::HasSubstr("ip_spans_dropped_total 1"));
}

TEST(SpansTest, TracesThatBeginWhileSpansAreOffAreNotSampled) {
  EXPECT_FALSE(SpansOn());
  EXPECT_FALSE(Trace::Continue("").sampled);
}

}  // namespace
}  // namespace ip::rpc
