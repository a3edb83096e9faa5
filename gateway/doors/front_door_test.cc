// Connections: how many, how long, how large, and what is no HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/testing/wire.h"

namespace ip::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(FrontDoor, CutsConnectionsThatSayNothing) {
  GatewayOptions options;
  options.http.header_time = absl::Milliseconds(50);
  options.http.body_time = absl::Milliseconds(50);
  Gated gated(std::move(options));
  Wire header(gated);
  header.Send("GET / HTT");
  EXPECT_EQ(header.ReadToEnd(), "");
  Wire body(gated);
  body.Send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(body.ReadToEnd(), "");
}

TEST(FrontDoor, LimitsConnections) {
  GatewayOptions options;
  options.http.connections = 1;
  Gated gated(std::move(options));
  Wire first(gated);
  first.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(first.ReadSome(), StartsWith("HTTP/1.1 200"));
  Wire second(gated);
  second.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(second.ReadToEnd(), "");
}

TEST(FrontDoor, LeavesAPortToOneGateway) {
  Gated gated;
  GatewayOptions options;
  options.listen = absl::StrCat("127.0.0.1:", gated.gateway->port());
  const auto second = Gateway::Start(std::move(options), &gated.identities, &gated.signer);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

TEST(FrontDoor, RefusesMalformedHttp) {
  Gated gated;
  const auto send = [&](const std::string& bytes) {
    Wire wire(gated);
    wire.Send(bytes);
    return Parse(wire.ReadToEnd()).status;
  };
  EXPECT_EQ(send("NONSENSE\r\n\r\n"), 400);
  EXPECT_EQ(send("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), 400);
  EXPECT_EQ(send("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na"),
            400);
  EXPECT_EQ(send(absl::StrCat("GET / HTTP/1.1\r\nx: ", std::string(20000, 'a'), "\r\n\r\n")), 431);
}

TEST(FrontDoor, KeepsConnectionsOpenBetweenRequests) {
  Gated gated;
  Wire wire(gated);
  for (int i = 0; i < 3; ++i) {
    wire.Send(absl::StrCat("POST ", kEcho,
                           "Get HTTP/1.1\r\nHost: x\r\nauthorization: Bearer good\r\n"
                           "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
    EXPECT_THAT(wire.ReadSome(), StartsWith("HTTP/1.1 200"));
  }
}

TEST(FrontDoor, SaysThatABodyIsTooLargeAndTheClientSeesIt) {
  Gated gated;
  const Answer answer = PostJson(gated, std::string(10 << 20, ' '));
  EXPECT_EQ(answer.status, 413);
  EXPECT_THAT(answer.body, HasSubstr("the limit is 4 MiB"));
  EXPECT_THAT(answer.body, HasSubstr("resource_exhausted"));
  const Answer web =
      Post(gated, Path("Get"), "application/grpc-web+proto", std::string(10 << 20, ' '));
  EXPECT_EQ(web.status, 200);
  EXPECT_THAT(web.body, HasSubstr("grpc-status: 8\r\n"));
}

}  // namespace
}  // namespace ip::gateway
