// What a mail says. There is no field for free text: whatever a plan or notice holds cannot get in.
#ifndef NOTIFICATION_SERVICE_MAIL_LETTER_H_
#define NOTIFICATION_SERVICE_MAIL_LETTER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "individuellplan/type/v1/common.pb.h"
#include "individuellplan/type/v1/obligation.pb.h"

namespace ip::notification {

// All mails there are.
enum class LetterType {
  kTasks,    // something waits to be done
  kMessage,  // something is to be known
  kDays,     // days in the calendar are not right any more
};

struct Letter {
  LetterType type = LetterType::kTasks;
  int count = 1;  // how many tasks wait, or days are not right
  individuellplan::type::v1::Language language = individuellplan::type::v1::NB;
  // Private persons get a sender that does not say which service it is about.
  individuellplan::type::v1::ResolveContactResponse::Audience audience =
      individuellplan::type::v1::ResolveContactResponse::PRIVATE_PERSON;
  // The notification that the link opens.
  std::string notification_id;
};

// A letter in words.
struct Text {
  std::string language;  // BCP 47: "nb", "nn", "en"
  std::string sender;    // the display name of From
  std::string subject;
  std::string plain;
  std::string html;
  std::string link = {};     // what both hold
  std::string summary = {};  // for a calendar: that a task waits
};

// Puts letters into words. Thread-safe.
class LetterWriter {
 public:
  // `public_url` is where the web app is, e.g. "https://ip.fjordvik.kommune.no".
  // Errors: INVALID_ARGUMENT when it is no http(s) address without user, query and fragment.
  static absl::StatusOr<LetterWriter> Create(const std::string& public_url);

  // `municipality` is a name from the reference data. Bokmål is written where there is no text in
  // the language. Errors: INVALID_ARGUMENT for a notification id that is no UUID.
  absl::StatusOr<Text> Write(const Letter& letter, const std::string& municipality) const;

 private:
  explicit LetterWriter(std::string public_url);

  struct Words;
  std::string public_url_;
  std::shared_ptr<const Words> words_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_MAIL_LETTER_H_
