// The access log in plain words.
#ifndef PLAN_SERVICE_DOMAIN_ACCESS_WORDS_H_
#define PLAN_SERVICE_DOMAIN_ACCESS_WORDS_H_

#include <string>

#include "individuellplan/plan/v1/access_service.pb.h"
#include "individuellplan/type/v1/common.pb.h"

namespace ip::plan {

// One look-up in a sentence or two, bokmål and nynorsk: who saw what, in which capacity, and the
// reason they gave. `organization` is the name of where they work, "" when it is not known or there
// is none.
individuellplan::type::v1::LocalizedText InWords(
    const individuellplan::plan::v1::AccessLogEntry& entry, const std::string& organization);

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_ACCESS_WORDS_H_
