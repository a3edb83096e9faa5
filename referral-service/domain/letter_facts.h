// What a letter can tell, by the names that rules/letters.json uses.
#ifndef REFERRAL_SERVICE_DOMAIN_LETTER_FACTS_H_
#define REFERRAL_SERVICE_DOMAIN_LETTER_FACTS_H_

#include <map>
#include <string>

#include "referral-service/domain/letters.h"

namespace ip::referral {

// Only what is known stands in it. Flags are "yes".
using LetterFacts = std::map<std::string, std::string>;

LetterFacts FactsFor(const pb::NeedNotice& notice, const pb::Letter& letter,
                     const rules::LetterSet& set, const LetterSources& sources);

// A mustache text with the facts in it.
std::string FillIn(const std::string& text, const LetterFacts& facts);

// Names that a mustache text may use.
bool IsFact(const std::string& name);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_LETTER_FACTS_H_
