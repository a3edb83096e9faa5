#include "notification-service/mail/smtp_outcome.h"

#include <regex>

namespace ip::notification {
namespace {

bool IsTrust(CURLcode code) {
  return code == CURLE_USE_SSL_FAILED || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CERTPROBLEM ||
         code == CURLE_SSL_CIPHER || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_LOGIN_DENIED || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_URL_MALFORMAT;
}

bool IsLogin(int code) {
  return code == 454 || code == 530 || code == 534 || code == 535 || code == 538;
}

// A full mailbox empties again, whatever the relay calls it.
bool IsFull(const SmtpResult& result) {
  return result.code == 552 || result.enhanced.ends_with(".2.2");
}

std::string Enhanced(const std::string& text) {
  static const std::regex kCode(R"(\b([245]\.\d{1,3}\.\d{1,3})\b)");
  std::smatch match;
  return std::regex_search(text, match, kCode) ? match[1].str() : "";
}

absl::Duration RetryAfter(const std::string& text) {
  static const std::regex kWait(R"((\d{1,4}) ?(second|minute))");
  std::smatch match;
  if (!std::regex_search(text, match, kWait)) return absl::ZeroDuration();
  const int n = std::stoi(match[1].str());
  return match[2].str() == "minute" ? absl::Minutes(n) : absl::Seconds(n);
}

Outcome Judge(const SmtpEvidence& e, const SmtpResult& result) {
  if (e.gate_shut) return Outcome::kGateShut;
  if (e.curl == CURLE_OK && e.first_refusal == 0 && e.last_reply / 100 == 2)
    return Outcome::kAccepted;
  if (e.body_out) {
    // Only a reply to the dot tells; QUIT's 221 or a dropped connection do not.
    if (e.first_refusal == 0) return Outcome::kUnknown;
    return e.first_refusal / 100 == 4 || IsFull(result) ? Outcome::kTemporary : Outcome::kPermanent;
  }
  if (IsTrust(e.curl) || IsLogin(e.first_refusal)) return Outcome::kConfig;
  const bool about_this_mail =
      e.last_command == "MAIL" || e.last_command == "RCPT" || e.last_command == "DATA";
  if (e.first_refusal / 100 == 5 && about_this_mail && !IsFull(result)) return Outcome::kPermanent;
  return Outcome::kTemporary;
}

}  // namespace

const char* OutcomeWord(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      return "ACCEPTED";
    case Outcome::kTemporary:
      return "TEMPORARY";
    case Outcome::kPermanent:
      return "PERMANENT";
    case Outcome::kUnknown:
      return "UNKNOWN";
    case Outcome::kConfig:
      return "CONFIG";
    case Outcome::kGateShut:
      return "GATE_SHUT";
  }
  return "";
}

SmtpResult Classify(const SmtpEvidence& evidence) {
  SmtpResult result;
  result.code = evidence.first_refusal != 0 ? evidence.first_refusal : evidence.last_reply;
  result.enhanced = Enhanced(evidence.refusal_text);
  result.retry_after = RetryAfter(evidence.refusal_text);
  result.outcome = Judge(evidence, result);
  return result;
}

}  // namespace ip::notification
