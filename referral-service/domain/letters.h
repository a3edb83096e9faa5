// Letters of a case: what the law says they must hold, drafted from the notice. Pure, as
// handling.h.
#ifndef REFERRAL_SERVICE_DOMAIN_LETTERS_H_
#define REFERRAL_SERVICE_DOMAIN_LETTERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "lib/reference/reference.h"
#include "referral-service/domain/letter_rules.pb.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// The dated sets of rules/letters.json.
class LetterRules {
 public:
  // `dir` holds letters.json. Errors: NOT_FOUND when it cannot be read; those of Parse.
  static absl::StatusOr<LetterRules> Load(const std::string& dir);
  // Errors: INVALID_ARGUMENT naming what is wrong: unknown words, sets out of order, a kind, text
  // or term that is missing in one of the two languages.
  static absl::StatusOr<LetterRules> Parse(const std::string& json);

  // The set that holds on a day; the oldest one for days before it.
  const rules::LetterSet& On(absl::CivilDay day) const;

 private:
  rules::LetterBook book_;
};

// What letters are written from; outlives its users.
struct LetterSources {
  const LetterRules& letters;
  const Rules& rules;
  const Reference& reference;
};

// A word or heading of the set in the language, "" when it has none.
std::string TermOf(const rules::LetterSet& set, std::string_view name, type::Language language);

// A day as people write it, e.g. "2. november 2026"; the same in both languages.
std::string WrittenDay(absl::CivilDay day);

// The letter as it would be issued on `today`, and what is missing in it. Of `request` counts what
// its comments say. Errors: INVALID_ARGUMENT.
absl::StatusOr<pb::Letter> DraftLetter(const pb::NeedNotice& notice, const pb::Letter& request,
                                       const LetterSources& sources, absl::CivilDay today);

// Adds the letter to the notice under `name`. Errors: those of DraftLetter; FAILED_PRECONDITION /
// LETTER_INCOMPLETE with one violation per missing part and its way out.
absl::Status IssueLetter(pb::NeedNotice& notice, const pb::Letter& request, const std::string& name,
                         const LetterSources& sources, const Step& step);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_LETTERS_H_
