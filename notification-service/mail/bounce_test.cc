#include "notification-service/mail/bounce.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

namespace ip::notification {
namespace {

constexpr char kToken[] = "AAAAAAAAAAAAAAAAAAAAAA";

// As Postfix 3.7 writes them.
std::string Report(const std::string& to, const std::string& action, const std::string& status) {
  return absl::StrCat(
      "Return-Path: <>\r\nDelivered-To: ", to,
      "\r\nFrom: MAILER-DAEMON@relay.example (Mail Delivery System)\r\nTo: ", to,
      "\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/report; report-type=delivery-status;\r\n"
      "\tboundary=\"4F0.1/relay.example\"\r\n\r\n"
      "--4F0.1/relay.example\r\nContent-Type: text/plain\r\n\r\nI'm sorry. Status: 5.9.9\r\n\r\n"
      "--4F0.1/relay.example\r\nContent-Description: Delivery report\r\n"
      "Content-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; relay.example\r\nX-Postfix-Queue-ID: 4F0\r\n\r\n"
      "Final-Recipient: rfc822; nobody@x.no\r\nAction: ",
      action, "\r\nStatus: ", status,
      "\r\nDiagnostic-Code: x-unix;\r\n user unknown\r\n\r\n"
      "--4F0.1/relay.example\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n"
      "--4F0.1/relay.example--\r\n");
}

TEST(Bounce, ReadsWhatAnMtaReports) {
  const auto bounce = ReadBounce(Report(BounceAddress(kToken, "x.no"), "failed", "5.1.1"));
  ASSERT_TRUE(bounce);
  EXPECT_EQ(bounce->token, kToken);
  EXPECT_EQ(bounce->status, "5.1.1");
}

TEST(Bounce, WhatIsNotFinalOrNotOursSaysNothing) {
  const std::string ours = BounceAddress(kToken, "x.no");
  EXPECT_FALSE(ReadBounce(Report(ours, "delayed", "4.4.1")));
  EXPECT_FALSE(ReadBounce(Report(ours, "delivered", "2.0.0")));
  EXPECT_FALSE(ReadBounce(Report("bounce@x.no", "failed", "5.1.1")));
  EXPECT_FALSE(ReadBounce(Report("bounce+short@x.no", "failed", "5.1.1")));
  EXPECT_FALSE(ReadBounce(absl::StrCat(
      "To: ", ours, "\r\nAuto-Submitted: auto-replied\r\nSubject: Ute\r\n\r\nFailed 5.1.1")));
  const std::string whole = Report(ours, "failed", "5.1.1");
  for (size_t size = 0; size < whole.find("Status: 5.1.1"); size += 7) {
    EXPECT_FALSE(ReadBounce(whole.substr(0, size))) << size;
  }
  for (const char* junk :
       {"", "\n", "a", ":", "Content-Type: multipart/report; boundary=\"\"\n\n--"}) {
    EXPECT_FALSE(ReadBounce(junk));
  }
}

TEST(Bounce, ABoundaryWithoutEndIsNone) {
  EXPECT_FALSE(ReadBounce(absl::StrCat("To: ", BounceAddress(kToken, "x.no"),
                                       "\r\nContent-Type: multipart/report; boundary=\"",
                                       std::string(4 << 20, 'b'), "\"\r\n\r\n")));
}

TEST(Bounce, AWrongAddressCountsMostAFullMailboxLittle) {
  EXPECT_EQ(RefusalScore("5.1.1"), 4);
  EXPECT_EQ(RefusalScore("5.2.2"), 1);
  EXPECT_EQ(RefusalScore(""), 1);
}

}  // namespace
}  // namespace ip::notification
