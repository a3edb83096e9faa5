#include "notification-service/mail/smtp.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"

namespace ip::notification {
namespace {

constexpr int kMailsPerConnection = 100;
constexpr absl::Duration kIdle = absl::Seconds(30);

// What curl's callbacks see of one transaction.
struct Transaction {
  const std::string* mail = nullptr;
  const std::function<bool()>* gate = nullptr;
  size_t position = 0;
  bool gate_asked = false;
  bool gate_open = false;
  SmtpEvidence evidence;
};

size_t OnRead(char* buffer, size_t size, size_t count, void* user) {
  auto& t = *static_cast<Transaction*>(user);
  if (!t.gate_asked) {
    t.gate_asked = true;
    t.gate_open = (*t.gate)();
    t.evidence.gate_shut = !t.gate_open;
  }
  if (!t.gate_open) return CURL_READFUNC_ABORT;
  const size_t n = t.mail->copy(buffer, size * count, t.position);
  t.position += n;
  return n;
}

// Replies come here line by line. Curl's own view of the code is overwritten by QUIT's reply.
size_t OnReply(char* line, size_t size, size_t count, void* user) {
  auto& e = static_cast<Transaction*>(user)->evidence;
  const std::string text(line, size * count);
  if (text.size() >= 3 &&
      std::all_of(text.begin(), text.begin() + 3, [](char c) { return c >= '0' && c <= '9'; })) {
    const int code = std::atoi(text.substr(0, 3).c_str());
    if (e.last_command != "QUIT") {
      e.last_reply = code;
      if (code >= 400 && e.first_refusal == 0) {
        e.first_refusal = code;
        e.refusal_text = text;
      }
    }
  }
  return size * count;
}

// The only way to see which command a reply belongs to.
int OnDebug(CURL*, curl_infotype type, char* data, size_t size, void* user) {
  if (type != CURLINFO_HEADER_OUT) return 0;
  auto& e = static_cast<Transaction*>(user)->evidence;
  const std::string line(data, size);
  const std::string verb = line.substr(0, line.find_first_of(" \r\n"));
  // A refused login goes on with base64 lines and a final QUIT: the verb that was refused counts.
  if (e.first_refusal == 0 || verb == "QUIT") {
    if (!(verb == "QUIT" && e.first_refusal != 0)) e.last_command = verb;
  }
  return 0;
}

curl_socket_t OnOpen(void* user, curlsocktype, curl_sockaddr* address) {
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  *static_cast<int*>(user) = fd;
  return fd;
}

const std::regex& UrlForm() {
  static const std::regex form(R"((smtps?)://(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?)");
  return form;
}

}  // namespace

bool IsThisMachine(const std::string& url) {
  static const std::regex kHere(
      R"([a-z]+://(localhost|\[::1\]|127(\.[0-9]{1,3}){3})(:[0-9]{1,5})?(/.*)?)");
  return std::regex_match(url, kHere);
}

absl::Status CheckRelay(const RelayOptions& options) {
  if (!std::regex_match(options.url, UrlForm())) {
    return absl::InvalidArgumentError("--smtp_url must look like smtp://relay.example.no:587");
  }
  if (options.plaintext && !IsThisMachine(options.url)) {
    return absl::InvalidArgumentError(
        "without TLS mail goes to a relay on this machine only; use TLS");
  }
  return absl::OkStatus();
}

class SmtpSender::Connection {
 public:
  explicit Connection(const RelayOptions& options)
      : journal_(options.journal), curl_(curl_easy_init()) {
    if (curl_ == nullptr) std::abort();  // out of memory
    Set(CURLOPT_URL, options.url.c_str());
    Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    Set(CURLOPT_USE_SSL, static_cast<long>(options.plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options.ca_file.empty()) Set(CURLOPT_CAINFO, options.ca_file.c_str());
    if (!options.user.empty()) {
      Set(CURLOPT_USERNAME, options.user.c_str());
      Set(CURLOPT_PASSWORD, options.password.c_str());
    }
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_UPLOAD, 1L);
    Set(CURLOPT_CONNECTTIMEOUT_MS,
        static_cast<long>(absl::ToInt64Milliseconds(options.connect_timeout)));
    Set(CURLOPT_SERVER_RESPONSE_TIMEOUT,
        static_cast<long>(absl::ToInt64Seconds(options.reply_timeout)));
    Set(CURLOPT_READFUNCTION, &OnRead);
    Set(CURLOPT_HEADERFUNCTION, &OnReply);
    Set(CURLOPT_DEBUGFUNCTION, &OnDebug);
    Set(CURLOPT_VERBOSE, 1L);
    Set(CURLOPT_OPENSOCKETFUNCTION, &OnOpen);
    Set(CURLOPT_OPENSOCKETDATA, &fd_);
  }
  ~Connection() { curl_easy_cleanup(curl_); }

  SmtpEvidence Send(const std::string& from, const std::string& to, const std::string& mail,
                    const std::function<bool()>& gate, bool& gate_passed) {
    Transaction transaction;
    transaction.mail = &mail;
    transaction.gate = &gate;
    curl_slist* recipients = curl_slist_append(nullptr, absl::StrCat("<", to, ">").c_str());
    if (!journal_.empty()) {
      recipients = curl_slist_append(recipients, absl::StrCat("<", journal_, ">").c_str());
    }
    Set(CURLOPT_MAIL_FROM, absl::StrCat("<", from, ">").c_str());
    Set(CURLOPT_MAIL_RCPT, recipients);
    Set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.size()));
    Set(CURLOPT_READDATA, &transaction);
    Set(CURLOPT_HEADERDATA, &transaction);
    Set(CURLOPT_DEBUGDATA, &transaction);
    transaction.evidence.curl = curl_easy_perform(curl_);
    curl_slist_free_all(recipients);
    transaction.evidence.body_out = transaction.position == mail.size();
    gate_passed = transaction.gate_open;
    ++mails_;
    last_use_ = SystemClock().Now();
    return transaction.evidence;
  }

  bool MayBeUsed() const {
    return mails_ < kMailsPerConnection && SystemClock().Now() - last_use_ < kIdle;
  }

  // After anything but an acceptance the connection may still hold a late reply, which would be
  // read as the answer to the next mail; and curl would wait for QUIT's answer.
  void Cut() const {
    if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
  }

 private:
  template <class T>
  void Set(CURLoption option, T value) {
    if (curl_easy_setopt(curl_, option, value) != CURLE_OK) std::abort();  // out of memory
  }

  const std::string journal_;
  CURL* curl_;
  int fd_ = -1;
  int mails_ = 0;
  absl::Time last_use_ = SystemClock().Now();
};

SmtpSender::SmtpSender(RelayOptions options) : options_(std::move(options)) {}
SmtpSender::~SmtpSender() = default;

SmtpResult SmtpSender::Send(const std::string& from, const std::string& to, const std::string& mail,
                            const std::function<bool()>& gate) {
  if (connection_ == nullptr || !connection_->MayBeUsed()) {
    connection_ = std::make_unique<Connection>(options_);
  }
  bool gate_passed = false;
  SmtpResult result = Classify(connection_->Send(from, to, mail, gate, gate_passed));
  result.gate_passed = gate_passed;
  if (result.outcome != Outcome::kAccepted) {
    connection_->Cut();
    connection_.reset();
  }
  return result;
}

}  // namespace ip::notification
