// tools/mailsink as a child process of a test.
#ifndef NOTIFICATION_SERVICE_TESTING_MAIL_SINK_H_
#define NOTIFICATION_SERVICE_TESTING_MAIL_SINK_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace ip::notification {

class MailSink {
 public:
  // Starts it with fault scripts on; aborts the test binary when it does not come up.
  MailSink();
  ~MailSink();
  MailSink(const MailSink&) = delete;

  std::string url() const;  // "smtp://127.0.0.1:…"
  // The mails it has taken so far, as bytes, oldest first: the truth about what was delivered.
  std::vector<std::string> Mails() const;
  // How many of them went to a recipient.
  int CountTo(const std::string& recipient) const;

 private:
  pid_t pid_ = -1;
  int port_ = 0;
  std::string folder_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_TESTING_MAIL_SINK_H_
