#include "notification-service/mail/smtp_outcome.h"

#include <gtest/gtest.h>

namespace ip::notification {
namespace {

SmtpEvidence Before(const std::string& command, int refusal, CURLcode curl = CURLE_SEND_ERROR) {
  SmtpEvidence e;
  e.curl = curl;
  e.last_command = command;
  e.first_refusal = refusal;
  e.last_reply = 221;
  return e;
}

SmtpEvidence AfterBody(int refusal, CURLcode curl) {
  SmtpEvidence e = Before("DATA", refusal, curl);
  e.body_out = true;
  return e;
}

TEST(Classify, AcceptedIsOnlyAGoodReplyToTheDot) {
  SmtpEvidence e;
  e.last_command = "DATA";
  e.body_out = true;
  e.last_reply = 250;
  EXPECT_EQ(Classify(e).outcome, Outcome::kAccepted);
  e.curl = CURLE_RECV_ERROR;  // curl may say 250 on a failed read (curl #8356)
  EXPECT_EQ(Classify(e).outcome, Outcome::kUnknown);
}

TEST(Classify, BeforeTheBodyNothingIsUnknown) {
  for (const CURLcode curl : {CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR,
                              CURLE_COULDNT_RESOLVE_HOST, CURLE_GOT_NOTHING}) {
    EXPECT_EQ(Classify(Before("", 0, curl)).outcome, Outcome::kTemporary) << curl;
    EXPECT_EQ(Classify(Before("DATA", 0, curl)).outcome, Outcome::kTemporary) << curl;
  }
  EXPECT_EQ(Classify(Before("RCPT", 450)).outcome, Outcome::kTemporary);
  EXPECT_EQ(Classify(Before("RCPT", 550)).outcome, Outcome::kPermanent);
  EXPECT_EQ(Classify(Before("MAIL", 421)).outcome, Outcome::kTemporary);
  // Refused at the door: the relay's trouble, not this mail's.
  EXPECT_EQ(Classify(Before("", 554)).outcome, Outcome::kTemporary);
}

TEST(Classify, AfterTheBodyOnlyAReplyTells) {
  EXPECT_EQ(Classify(AfterBody(451, CURLE_RECV_ERROR)).outcome, Outcome::kTemporary);
  EXPECT_EQ(Classify(AfterBody(554, CURLE_RECV_ERROR)).outcome, Outcome::kPermanent);
  for (const CURLcode curl :
       {CURLE_OPERATION_TIMEDOUT, CURLE_RECV_ERROR, CURLE_WEIRD_SERVER_REPLY}) {
    EXPECT_EQ(Classify(AfterBody(0, curl)).outcome, Outcome::kUnknown) << curl;
  }
}

TEST(Classify, TroubleOfThePostOfficeIsNotTheMails) {
  for (const CURLcode curl :
       {CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_LOGIN_DENIED}) {
    EXPECT_EQ(Classify(Before("STARTTLS", 0, curl)).outcome, Outcome::kConfig) << curl;
  }
  EXPECT_EQ(Classify(Before("AUTH", 535)).outcome, Outcome::kConfig);
  EXPECT_EQ(Classify(Before("MAIL", 530)).outcome, Outcome::kConfig);
}

TEST(Classify, AFullMailboxEmptiesAgain) {
  EXPECT_EQ(Classify(Before("RCPT", 552)).outcome, Outcome::kTemporary);
  SmtpEvidence e = Before("RCPT", 550);
  e.refusal_text = "550 5.2.2 mailbox full";
  EXPECT_EQ(Classify(e).outcome, Outcome::kTemporary);
  EXPECT_EQ(Classify(e).enhanced, "5.2.2");
}

TEST(Classify, HeedsHowLongToWait) {
  SmtpEvidence e = Before("RCPT", 450);
  e.refusal_text = "450 4.7.1 greylisted, try again in 5 minutes";
  EXPECT_EQ(Classify(e).retry_after, absl::Minutes(5));
  EXPECT_EQ(Classify(e).enhanced, "4.7.1");
}

TEST(Classify, AShutGateIsCertain) {
  SmtpEvidence e = Before("DATA", 0, CURLE_ABORTED_BY_CALLBACK);
  e.gate_shut = true;
  EXPECT_EQ(Classify(e).outcome, Outcome::kGateShut);
}

}  // namespace
}  // namespace ip::notification
