// What became of a mail, judged from evidence alone (notification.md § 2.2).
#ifndef NOTIFICATION_SERVICE_MAIL_SMTP_OUTCOME_H_
#define NOTIFICATION_SERVICE_MAIL_SMTP_OUTCOME_H_

#include <curl/curl.h>

#include <string>

#include "absl/time/time.h"

namespace ip::notification {

enum class Outcome {
  kAccepted = 1,   // the relay has said so
  kTemporary = 2,  // certainly not sent; worth another try
  kPermanent = 3,  // certainly not sent; no use trying again
  kUnknown = 4,    // the relay may have taken it: nobody can tell
  kConfig = 5,    // certainly not sent, and no other mail would be: password, certificate, STARTTLS
  kGateShut = 6,  // certainly not sent: the claim was lost, or the mail was called off
};

const char* OutcomeWord(Outcome outcome);

// What was seen of one transaction.
struct SmtpEvidence {
  CURLcode curl = CURLE_OK;
  std::string
      last_command;       // the verb sent last: "MAIL", "RCPT", "DATA", "AUTH", …; "" before EHLO
  int first_refusal = 0;  // the first reply of 400 or more; later ones are QUIT's or not ours
  int last_reply = 0;
  std::string refusal_text;
  bool gate_shut = false;
  // The whole body was given to curl, so the final dot may be out.
  bool body_out = false;
};

struct SmtpResult {
  Outcome outcome = Outcome::kTemporary;
  int code = 0;          // the relay's reply, 0 when there was none
  std::string enhanced;  // "5.1.1", "" when the relay gives none
  // The relay asked to wait so long.
  absl::Duration retry_after = absl::ZeroDuration();
  bool gate_passed = false;
};

SmtpResult Classify(const SmtpEvidence& evidence);

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_SMTP_OUTCOME_H_
