// Letters and cases as documents to print.
#ifndef REFERRAL_SERVICE_SERVICE_PAPERS_H_
#define REFERRAL_SERVICE_SERVICE_PAPERS_H_

#include "lib/print/document.h"
#include "referral-service/domain/complaints.h"
#include "referral-service/domain/letters.h"

namespace ip::referral {

// A letter with who writes it to whom: the receipt to the notifier, of the others the copy for
// `addressee`.
print::Document PaperOf(const pb::Letter& letter, pb::Letter::Addressee addressee,
                        const pb::NeedNotice& notice, const LetterSources& sources);

// What the county governor needs to treat a complaint (fvl § 33): the complaint, the decision, the
// notice, the letters and the course of the case.
print::Document PackageOf(const Complaint& complaint, const pb::NeedNotice& notice,
                          type::Language language, const LetterSources& sources, absl::Time now);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_SERVICE_PAPERS_H_
