// The Connect protocol through the gateway, one request at a time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gateway/testing/wire.h"

namespace ip::gateway {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Connect, AnswersJsonWithJson) {
  Gated gated;
  const std::string request =
      R"({"text":"blåbær","number":-7,"longNumber":"9007199254740993","content":"AQI=","flag":true,)"
      R"("fraction":0.5,"color":"GREEN","tags":["a","b"],"child":{"text":"c"},"children":[{},{"number":1}],)"
      R"("counts":{"x":1},"time":"2026-03-24T10:30:00Z","duration":"90s","mask":"longNumber,child.text",)"
      R"("day":{"year":2026,"month":3,"day":24},"left":"l"})";
  const Answer answer = PostJson(gated, request);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/json"));
  EXPECT_EQ(json::parse(answer.body), json::parse(request));
}

TEST(Connect, AnswersBinaryWithBinary) {
  Gated gated;
  Echo request, response;
  request.set_text("x");
  request.set_number(3);
  const Answer answer = Post(gated, Path("Get"), "application/proto", request.SerializeAsString(),
                             "authorization: Bearer good\r\nconnect-protocol-version: 1\r\n");
  EXPECT_EQ(answer.status, 200);
  ASSERT_TRUE(response.ParseFromString(answer.body));
  EXPECT_EQ(response.SerializeAsString(), request.SerializeAsString());
}

TEST(Connect, TakesCurlAsItComes) {
  Gated gated;
  EXPECT_EQ(Post(gated, Path("Get"), "application/x-www-form-urlencoded", "{}").status, 200);
  EXPECT_EQ(Post(gated, Path("Get"), "application/json; charset=utf-8", "").status, 200);
  // With a cookie it could be another site's form.
  EXPECT_EQ(Post(gated, Path("Get"), "application/x-www-form-urlencoded", "{}",
                 "cookie: __Host-ip_session=good\r\n")
                .status,
            415);
}

// Each kind of bad input gets one clear error.
TEST(Connect, NamesWhatIsWrongWithARequest) {
  Gated gated;
  const struct {
    const char* body;
    const char* message;
  } kBad[] = {
      {R"({"text":)", "The body is not valid JSON at line 1, column 9: Invalid value."},
      {"{\"text\":\"a\",\n \"number\":1,}",
       "The body is not valid JSON at line 2, column 13: Missing a name for object member."},
      {R"({'text':'a'})",
       "The body is not valid JSON at line 1, column 2: Missing a name for object member."},
      {"{\"text\":\"\xff\"}",
       "The body is not valid JSON at line 1, column 10: Invalid encoding in string."},
      {R"({} {})",
       "The body is not valid JSON at line 1, column 4: The document root must not be followed by "
       "other values."},
      {"[]", "(body): must be a JSON object."},
      {R"({"txet":"a"})",
       "txet: there is no such field in individuellplan.testing.gateway.v1.Echo."},
      {R"({"children":[{},{"child":{"nmae":1}}]})",
       "children[1].child.nmae: there is no such field in "
       "individuellplan.testing.gateway.v1.Echo."},
      {R"({"text":"a","text":"b"})", "text: stands twice."},
      {R"({"longNumber":1,"long_number":2})", "long_number: stands twice."},
      {R"({"text":1})", "text: must be a text."},
      {R"({"number":"abc"})", "number: must be a whole number of 32 bits."},
      {R"({"number":1.5})", "number: must be a whole number of 32 bits."},
      {R"({"number":3000000000})", "number: must be a whole number of 32 bits."},
      {R"({"longNumber":"9223372036854775808"})",
       "long_number: must be a whole number, or a text with one."},
      {R"({"flag":"yes"})", "flag: must be true or false."},
      {R"({"content":"***"})", "content: must be a text in base64."},
      {R"({"fraction":"x"})", "fraction: must be a number."},
      {R"({"color":"BLUE"})", "color: must be one of RED, GREEN."},
      {R"({"color":7})", "color: must be one of RED, GREEN."},
      {R"({"tags":"a"})", "tags: must be a list."},
      {R"({"tags":["a",null]})", "tags[1]: must not be null."},
      {R"({"tags":[["a"]]})", "tags[0]: must be a text."},
      {R"({"child":[]})", "child: must be an object."},
      {R"({"children":{}})", "children: must be a list."},
      {R"({"counts":{"x":"y"}})", R"(counts["x"]: must be a whole number of 32 bits.)"},
      {R"({"counts":{"x":1,"x":2}})", R"(counts["x"]: stands twice.)"},
      {R"({"time":"2026-13-01T00:00:00Z"})",
       R"(time: must be an instant such as "2026-03-24T10:30:00Z".)"},
      {R"({"time":{"seconds":1}})", R"(time: must be an instant such as "2026-03-24T10:30:00Z".)"},
      {R"({"duration":"1 minute"})", R"(duration: must be a duration such as "90s".)"},
      {R"({"mask":5})", R"(mask: must be a text of field paths such as "title,responsible.name".)"},
      {R"({"day":"2026-03-24"})",
       R"(day: must be a date such as {"year": 2026, "month": 3, "day": 24}.)"},
      {R"({"left":"a","right":"b"})", "right: only one of choice may be set."},
  };
  for (const auto& bad : kBad) {
    const Answer answer = PostJson(gated, bad.body);
    EXPECT_EQ(answer.status, 400) << bad.body;
    const json error = json::parse(answer.body, nullptr, false);
    ASSERT_TRUE(error.is_object()) << answer.body;
    EXPECT_EQ(error["code"], "invalid_argument") << bad.body;
    EXPECT_EQ(error["message"], bad.message) << bad.body;
  }
}

TEST(Connect, LimitsDepth) {
  Gated gated;
  std::string deep = "1";
  for (int i = 0; i < 200; ++i) deep = absl::StrCat(R"({"child":)", deep, "}");
  const Answer answer = PostJson(gated, deep);
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("is nested too deeply; the limit is 64 levels."));
}

TEST(Connect, GivesErrorsInTheProtocolsForm) {
  Gated gated;
  const Answer answer = PostJson(gated, R"({"text":"fail"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(
      answer.body,
      R"({"code":"invalid_argument","message":"text: must not be fail.","details":[)"
      R"({"type":"google.rpc.ErrorInfo",)"
      R"("value":"Cg9JTlZBTElEX1JFUVVFU1QSF2dhdGV3YXkuaW5kaXZpZHVlbGxwbGFu",)"
      R"("debug":{"reason":"INVALID_REQUEST","domain":"gateway.individuellplan"}},)"
      R"({"type":"google.rpc.BadRequest","value":"ChkKBHRleHQSEW11c3Qgbm90IGJlIGZhaWwu",)"
      R"("debug":{"fieldViolations":[{"field":"text","description":"must not be fail."}]}}]})");
}

TEST(Connect, RefusesWithTheRightStatus) {
  Gated gated;
  EXPECT_EQ(Post(gated, Path("Get"), "text/xml", "<a/>").status, 415);
  EXPECT_EQ(Post(gated, Path("Get"), "", "{}").status, 415);
  EXPECT_EQ(Post(gated, Path("Watch"), "application/json", "{}").status, 415);
  EXPECT_EQ(Post(gated, Path("Collect"), "application/connect+json", "{}").status, 415);
  EXPECT_EQ(Post(gated, Path("Nothing"), "application/json", "{}").status, 404);
  EXPECT_EQ(Post(gated, Path("Inside"), "application/json", "{}").status, 404);
  EXPECT_EQ(Post(gated, "/nothing", "application/json", "{}").status, 405);
  const Answer anonymous = Post(gated, Path("Get"), "application/json", "{}", "");
  EXPECT_EQ(anonymous.status, 401);
  EXPECT_THAT(anonymous.body, HasSubstr("Log in at /login."));
  EXPECT_EQ(Post(gated, Path("Get"), "application/json", "{}",
                 "authorization: Bearer good\r\ncontent-encoding: gzip\r\n")
                .status,
            501);
  EXPECT_EQ(Post(gated, Path("Get"), "application/json", "{}",
                 "authorization: Bearer good\r\nconnect-timeout-ms: soon\r\n")
                .status,
            400);
}

TEST(Connect, TakesACookieOnlyFromItsOwnPages) {
  Gated gated;
  const std::string cookie = "cookie: a=b; __Host-ip_session=good\r\n";
  const auto post = [&](const char* more) {
    return Post(gated, Path("Get"), "application/json", "{}", cookie + more).status;
  };
  EXPECT_EQ(post(""), 200);
  EXPECT_EQ(post("sec-fetch-site: same-origin\r\norigin: https://x\r\n"), 200);
  EXPECT_EQ(post("sec-fetch-site: cross-site\r\n"), 403);
  EXPECT_EQ(post("sec-fetch-site: same-site\r\n"), 403);
  EXPECT_EQ(post("origin: https://evil.example\r\n"), 403);
  EXPECT_EQ(post("origin: null\r\n"), 403);
}

TEST(Connect, NamesTheScopeThatATokenLacksAndAsksNoneOfASession) {
  Gated gated;
  const auto post = [&](const char* method, const std::string& who) {
    return Post(gated, Path(method), "application/json", "{}", who);
  };
  const Answer narrow = post("Get", "authorization: Bearer narrow\r\n");
  EXPECT_EQ(narrow.status, 403);
  EXPECT_THAT(narrow.body, HasSubstr(R"("reason":"SCOPE_MISSING")"));
  EXPECT_THAT(narrow.body, HasSubstr(R"("scope":"individuellplan/plans.read")"));
  EXPECT_EQ(post("Secret", "authorization: Bearer good\r\n").status, 403);
  EXPECT_EQ(post("Secret", "cookie: __Host-ip_session=good\r\n").status, 200);
}

TEST(Connect, PassesTimeouts) {
  Gated gated;
  EXPECT_EQ(Post(gated, Path("Get"), "application/json", "{}",
                 "authorization: Bearer good\r\nconnect-timeout-ms: 3000\r\n")
                .status,
            200);
  EXPECT_LE(gated.backend.time_left(), absl::Seconds(4));  // gRPC rounds up
  const Answer late = Post(gated, Path("Get"), "application/json", R"({"text":"wait"})",
                           "authorization: Bearer good\r\nconnect-timeout-ms: 100\r\n");
  EXPECT_EQ(late.status, 504);
  EXPECT_THAT(late.body, HasSubstr("echo-service did not answer in time"));
}

TEST(Connect, CancelsWhenTheClientGoesAway) {
  Gated gated;
  {
    Wire wire(gated);
    wire.Send(absl::StrCat("POST ", kEcho,
                           "Get HTTP/1.1\r\nHost: x\r\nauthorization: Bearer good\r\n"
                           "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n",
                           R"({"text":"wait"})"));
    ASSERT_TRUE(Eventually([&] { return !gated.backend.seen().empty(); }));
  }
  EXPECT_TRUE(Eventually([&] { return gated.backend.cancelled_ == 1; }));
}

}  // namespace
}  // namespace ip::gateway
