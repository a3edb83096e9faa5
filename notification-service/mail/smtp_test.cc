// The sender against a real SMTP server that fails as told, and against that server's own truth.
#include "notification-service/mail/smtp.h"

#include <gmock/gmock.h>

#include "notification-service/testing/mail_sink.h"

namespace ip::notification {
namespace {

constexpr char kFrom[] = "bounce+abc@fjordvik.example";
constexpr char kMail[] = "Subject: x\r\n\r\n.dot first\r\nno line end";

RelayOptions Options(const MailSink& sink) {
  RelayOptions options;
  options.url = sink.url();
  options.plaintext = true;
  options.reply_timeout = absl::Seconds(1);
  return options;
}

class SmtpTest : public ::testing::Test {
 protected:
  SmtpResult Send(const std::string& to) {
    return sender_.Send(kFrom, to, kMail, [] { return true; });
  }
  MailSink sink_;
  SmtpSender sender_{Options(sink_)};
};

TEST_F(SmtpTest, DeliversTheBytes) {
  const SmtpResult result = Send("kari@x.no");
  EXPECT_EQ(result.outcome, Outcome::kAccepted) << result.code;
  ASSERT_EQ(sink_.CountTo("kari@x.no"), 1);
  EXPECT_THAT(sink_.Mails()[0], ::testing::HasSubstr("\r\n\r\n.dot first\r\nno line end\r\n"));
}

TEST_F(SmtpTest, AShutGateSendsNothing) {
  int asked = 0;
  const auto shut = [&] { return ++asked, false; };
  EXPECT_EQ(sender_.Send(kFrom, "kari@x.no", kMail, shut).outcome, Outcome::kGateShut);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(sink_.Mails().empty());
  EXPECT_EQ(Send("ola@x.no").outcome, Outcome::kAccepted);
  EXPECT_EQ(sink_.Mails().size(), 1u);
}

struct Fault {
  const char* script;
  Outcome outcome;
  bool gate_passed;
  int taken;  // what the server did in truth
};

TEST_F(SmtpTest, JudgesEveryFaultRight) {
  const Fault faults[] = {
      {"rcpt-450", Outcome::kTemporary, false, 0},
      {"rcpt-451", Outcome::kTemporary, false, 0},
      {"rcpt-452", Outcome::kTemporary, false, 0},
      {"rcpt-421", Outcome::kTemporary, false, 0},
      {"rcpt-550", Outcome::kPermanent, false, 0},
      {"rcpt-553", Outcome::kPermanent, false, 0},
      {"rcpt-554", Outcome::kPermanent, false, 0},
      {"rcpt-552", Outcome::kTemporary, false, 0},
      {"rcpt-530", Outcome::kConfig, false, 0},
      {"rcpt-drop", Outcome::kTemporary, false, 0},
      {"rcpt-hang", Outcome::kTemporary, false, 0},
      {"data-421", Outcome::kTemporary, false, 0},
      {"data-451", Outcome::kTemporary, false, 0},
      {"data-452", Outcome::kTemporary, false, 0},
      {"data-550", Outcome::kPermanent, false, 0},
      {"data-554", Outcome::kPermanent, false, 0},
      {"data-hang", Outcome::kTemporary, false, 0},
      {"dot-421", Outcome::kTemporary, true, 0},
      {"dot-450", Outcome::kTemporary, true, 0},
      {"dot-451", Outcome::kTemporary, true, 0},
      {"dot-452", Outcome::kTemporary, true, 0},
      {"dot-552", Outcome::kTemporary, true, 0},
      {"dot-550", Outcome::kPermanent, true, 0},
      {"dot-553", Outcome::kPermanent, true, 0},
      {"dot-554", Outcome::kPermanent, true, 0},
      {"dot-drop", Outcome::kUnknown, true, 0},
      {"dot-drop-taken", Outcome::kUnknown, true, 1},
      {"dot-hang", Outcome::kUnknown, true, 0},
      {"dot-hang-taken", Outcome::kUnknown, true, 1},
      {"dot-garbage", Outcome::kUnknown, true, 0},
      {"dot-garbage-taken", Outcome::kUnknown, true, 1},
      {"dot-late", Outcome::kUnknown, true, 0},
      {"dot-late-taken", Outcome::kUnknown, true, 1},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.script);
    const std::string to = std::string(fault.script) + ".x@x.no";
    const SmtpResult result = Send(to);
    EXPECT_STREQ(OutcomeWord(result.outcome), OutcomeWord(fault.outcome)) << result.code;
    EXPECT_EQ(result.gate_passed, fault.gate_passed);
    EXPECT_EQ(sink_.CountTo(to), fault.taken);
    // The next mail's answer is its own: no late reply is taken for it.
    const std::string next = std::string("after.") + fault.script + "@x.no";
    EXPECT_EQ(Send(next).outcome, Outcome::kAccepted);
    EXPECT_EQ(sink_.CountTo(next), 1);
  }
}

TEST(Smtp, ARelayThatIsDownSendsNothing) {
  RelayOptions options;
  options.url = "smtp://127.0.0.1:1";
  options.plaintext = true;
  SmtpSender sender(options);
  const auto result = sender.Send(kFrom, "kari@x.no", kMail, [] { return true; });
  EXPECT_EQ(result.outcome, Outcome::kTemporary);
  EXPECT_FALSE(result.gate_passed);
}

TEST_F(SmtpTest, DemandsTlsUnlessToldOtherwise) {
  RelayOptions options = Options(sink_);
  options.plaintext = false;
  SmtpSender sender(options);
  EXPECT_EQ(sender.Send(kFrom, "kari@x.no", kMail, [] { return true; }).outcome, Outcome::kConfig);
  EXPECT_TRUE(sink_.Mails().empty());
}

TEST(Relay, PlaintextStaysOnThisMachine) {
  RelayOptions options;
  options.plaintext = true;
  for (const char* url :
       {"smtp://relay.example.no:25", "smtp://127.0.0.1.example.no", "http://localhost", ""}) {
    options.url = url;
    EXPECT_FALSE(CheckRelay(options).ok()) << url;
  }
  options.url = "smtp://127.0.0.1:2525";
  EXPECT_TRUE(CheckRelay(options).ok());
  options.plaintext = false;
  options.url = "smtps://relay.example.no:465";
  EXPECT_TRUE(CheckRelay(options).ok());
}

}  // namespace
}  // namespace ip::notification
