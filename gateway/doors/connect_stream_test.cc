// Streams of the Connect protocol, and gRPC-Web.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/doors/connect_wire.h"
#include "gateway/testing/wire.h"

namespace ip::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Connect, Streams) {
  Gated gated;
  const Answer answer = Post(gated, Path("Watch"), "application/connect+json",
                             Envelope(R"({"number":3,"text":"fail"})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/connect+json"));
  const std::string body = Dechunk(answer.body);
  EXPECT_THAT(body, StartsWith(Envelope("{}") + Envelope(R"({"number":1})") +
                               Envelope(R"({"number":2})") + "\x02"));
  EXPECT_THAT(body, HasSubstr(R"({"error":{"code":"invalid_argument","message":"text: is fail.")"));
}

TEST(Connect, StreamsErrorsBeforeTheFirstMessageToo) {
  Gated gated;
  const Answer answer =
      Post(gated, Path("Watch"), "application/connect+json", Envelope(R"({"nope":1})"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("nope: there is no such field"));
  EXPECT_THAT(Post(gated, Path("Watch"), "application/connect+proto", "abc").body,
              HasSubstr("ENVELOPE_MALFORMED"));
}

TEST(Connect, CancelsAStreamWhenTheClientGoesAway) {
  Gated gated;
  {
    Wire wire(gated);
    const std::string body = Envelope(R"({"number":1,"text":"wait"})");
    wire.Send(absl::StrCat("POST ", kEcho,
                           "Watch HTTP/1.1\r\nHost: x\r\nauthorization: Bearer good\r\n"
                           "Content-Type: application/connect+json\r\nContent-Length: ",
                           body.size(), "\r\n\r\n", body));
    EXPECT_THAT(wire.ReadSome(), StartsWith("HTTP/1.1 200"));
    ASSERT_TRUE(Eventually([&] { return !gated.backend.seen().empty(); }));
  }
  EXPECT_TRUE(Eventually([&] { return gated.backend.cancelled_ == 1; }));
}

TEST(Connect, SpeaksGrpcWeb) {
  Gated gated;
  Echo request;
  request.set_number(2);
  const Answer unary =
      Post(gated, Path("Get"), "application/grpc-web+proto", Envelope(request.SerializeAsString()));
  EXPECT_EQ(unary.status, 200);
  EXPECT_EQ(unary.body,
            Envelope(request.SerializeAsString()) + Envelope("grpc-status: 0\r\n", 0x80));
  const Answer stream =
      Post(gated, Path("Watch"), "application/grpc-web", Envelope(request.SerializeAsString()));
  EXPECT_THAT(Dechunk(stream.body), HasSubstr("grpc-status: 0\r\n"));
  const Answer anonymous = Post(gated, Path("Get"), "application/grpc-web+proto", Envelope(""), "");
  EXPECT_EQ(anonymous.status, 200);
  EXPECT_THAT(anonymous.body, HasSubstr("grpc-status: 16\r\ngrpc-message: Log in at /login."));
}

}  // namespace
}  // namespace ip::gateway
