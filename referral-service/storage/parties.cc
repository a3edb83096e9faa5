#include "referral-service/storage/parties.h"

#include "absl/strings/str_cat.h"

namespace ip::referral {
namespace {

std::string Sender(const std::string& person, const std::string& organization) {
  return absl::StrCat("sender|", person, "|", organization);
}
std::string Recorder(const std::string& actor) { return absl::StrCat("recorder|", actor); }
std::string Subject(const std::string& person) { return absl::StrCat("subject|", person); }

}  // namespace

std::vector<std::string> PartiesOf(const pb::NeedNotice& notice) {
  std::vector<std::string> parties;
  const auto& notifier = notice.notifier();
  if (notifier.recorded_by_unit()) {
    if (!notice.history().empty()) parties.push_back(Recorder(notice.history(0).actor()));
  } else {
    parties.push_back(Sender(notifier.person(), notifier.organization()));
  }
  if (notice.state() != pb::NeedNotice::DRAFT) {
    parties.push_back(Subject(notice.subject().person()));
  }
  return parties;
}

std::vector<std::string> PartiesOf(const Caller& caller) {
  using individuellplan::type::v1::Role;
  switch (caller.role) {
    case Role::CITIZEN:
      if (!caller.acting_for.empty()) return {Subject(caller.acting_for)};
      return {Sender(caller.person, ""), Subject(caller.person)};
    case Role::PRACTITIONER:
    case Role::SYSTEM:
      return {Sender(caller.person, caller.organization)};
    case Role::CASE_WORKER:
      return {Recorder(caller.person)};
    default:
      return {};
  }
}

}  // namespace ip::referral
