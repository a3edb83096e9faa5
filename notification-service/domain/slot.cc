#include "notification-service/domain/slot.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ip::notification {

const char* StateWord(SlotState state) {
  switch (state) {
    case SlotState::kPlanned:
      return "PLANNED";
    case SlotState::kBound:
    case SlotState::kDone:
      return "SENT";
    case SlotState::kCancelled:
      return "CANCELLED";
    case SlotState::kSkipped:
      return "SKIPPED";
    case SlotState::kSuperseded:
      return "SUPERSEDED";
    case SlotState::kExpired:
      return "EXPIRED";
  }
  return "";
}

std::string Addressee(std::string_view recipient, Obligation::Capacity capacity) {
  return absl::StrCat(std::string(recipient), capacity == Obligation::UNIT_LEADER ? "#leader" : "");
}

std::string NaturalKey(const Slot& slot) {
  const bool from_opening = slot.rung == "now" || absl::StartsWith(slot.rung, "open");
  const std::string anchor = from_opening || !slot.due
                                 ? absl::StrCat("@", absl::ToUnixMicros(slot.opened))
                                 : absl::FormatCivilTime(*slot.due);
  return absl::StrJoin({slot.aggregate, slot.obligation, Obligation::Kind_Name(slot.kind), anchor,
                        slot.rung, Addressee(slot.recipient, slot.capacity), std::string("email")},
                       "|");
}

}  // namespace ip::notification
