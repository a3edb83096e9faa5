#include "notification-service/mail/imap.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "notification-service/mail/smtp.h"

namespace ip::notification {
namespace {

constexpr long kSeconds = 20;
// A bounce holds our mail and a few lines; what is larger is none.
constexpr size_t kLargest = 1u << 20;

struct Answer {
  std::string lines;  // "* SEARCH …" and the like
  std::string body;
};

size_t Take(char* data, size_t size, size_t count, void* user) {
  auto& text = *static_cast<std::string*>(user);
  if (text.size() + size * count > kLargest) return 0;
  text.append(data, size * count);
  return size * count;
}

const std::regex& UrlForm() {
  static const std::regex form(
      R"((imaps?)://(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?/([A-Za-z0-9._/-]+))");
  return form;
}

bool IsUid(const std::string& text) {
  return !text.empty() && text.size() < 11 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

absl::Status CheckMailbox(const MailboxOptions& options) {
  if (!std::regex_match(options.url, UrlForm())) {
    return absl::InvalidArgumentError("a mailbox must look like imaps://mail.example.no/INBOX");
  }
  if (options.plaintext && !IsThisMachine(options.url)) {
    return absl::InvalidArgumentError("without TLS a mailbox must be on this machine; use TLS");
  }
  return absl::OkStatus();
}

Mailbox::Mailbox(MailboxOptions options) : options_(std::move(options)) {}
Mailbox::~Mailbox() { curl_easy_cleanup(curl_); }

absl::StatusOr<std::string> Mailbox::Run(const std::string& url, const std::string& command) {
  if (curl_ == nullptr) curl_ = curl_easy_init();
  if (curl_ == nullptr) std::abort();  // out of memory
  Answer answer;
  CURL* curl = curl_;
  curl_easy_reset(curl);  // keeps the connection
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(options_.plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Take);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer.lines);
  if (!command.empty()) curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, command.c_str());
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    curl_easy_cleanup(curl_);
    curl_ = nullptr;
    return absl::UnavailableError(
        absl::StrCat("the mailbox does not answer (curl ", static_cast<int>(code), ")"));
  }
  // What a command of our own answers comes as body or as lines, by the version of curl.
  return command.empty() ? answer.body : answer.body + answer.lines;
}

absl::StatusOr<std::vector<std::string>> Mailbox::Search(const std::string& what) {
  auto answer = Run(options_.url, "UID SEARCH " + what);
  if (!answer.ok()) return answer.status();
  std::vector<std::string> uids;
  static const std::regex kLine(R"(\* SEARCH([ 0-9]*))");
  std::smatch match;
  // No answer is no "none": what is not there decides whether a mail goes out once more.
  if (!std::regex_search(*answer, match, kLine)) {
    return absl::UnavailableError("the mailbox did not answer the search");
  }
  for (const auto& uid : absl::StrSplit(match[1].str(), ' ', absl::SkipEmpty())) {
    uids.emplace_back(uid);
  }
  return uids;
}

absl::StatusOr<std::vector<std::string>> Mailbox::Unseen() { return Search("UNSEEN"); }

absl::StatusOr<std::string> Mailbox::Fetch(const std::string& uid) {
  if (!IsUid(uid)) return absl::InvalidArgumentError("no UID");
  return Run(absl::StrCat(options_.url, ";UID=", uid), "");
}

absl::Status Mailbox::MarkSeen(const std::string& uid) {
  if (!IsUid(uid)) return absl::InvalidArgumentError("no UID");
  return Run(options_.url, absl::StrCat("UID STORE ", uid, " +FLAGS.SILENT (\\Seen)")).status();
}

absl::StatusOr<bool> Mailbox::Has(const std::string& message_id) {
  static const std::regex kId(R"([A-Za-z0-9.]+@[A-Za-z0-9.-]+)");
  if (!std::regex_match(message_id, kId)) return absl::InvalidArgumentError("no Message-ID");
  // A connection in use shows the mailbox as it last told of it; NOOP makes it look anew. Without
  // it a copy that came since would be taken for missing, and the mail sent twice.
  if (auto looked = Run(options_.url, "NOOP"); !looked.ok()) return looked.status();
  auto found = Search(absl::StrCat("HEADER Message-ID \"", message_id, "\""));
  if (!found.ok()) return found.status();
  return !found->empty();
}

}  // namespace ip::notification
