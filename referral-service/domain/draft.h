// A notice that is being written: what its author may set, and what must be right about it.
#ifndef REFERRAL_SERVICE_DOMAIN_DRAFT_H_
#define REFERRAL_SERVICE_DOMAIN_DRAFT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "lib/auth/caller.h"
#include "lib/reference/reference.h"
#include "referral-service/domain/types.h"

namespace ip::referral {

// A draft with what the request may set; what the caller's login vouches for comes from there. The
// history begins with the step. `subject` is "persons/{person}".
pb::NeedNotice NewDraft(const pb::NeedNotice& request, const std::string& subject,
                        const Caller& caller, const Reference& reference, const Step& step);

// Takes over the fields of the mask (none: those that are set), leaving alone what is the server's.
// Errors: INVALID_ARGUMENT naming update_mask for a path that does not exist.
absl::Status UpdateDraft(pb::NeedNotice& notice, const pb::NeedNotice& request,
                         const google::protobuf::FieldMask& mask, const Step& step);

// INVALID_ARGUMENT with everything that is wrong with the content. What the law demands before it
// is sent is checked when it is sent. `today` is the day in Oslo.
absl::Status CheckContent(const pb::NeedNotice& notice, const Caller& caller,
                          const Reference& reference, absl::CivilDay today);

// Works in a service, and so neither the person themself nor family.
bool IsProfessional(pb::Notifier::Source source);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_DOMAIN_DRAFT_H_
