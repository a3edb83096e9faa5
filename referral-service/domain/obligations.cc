#include "referral-service/domain/obligations.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "referral-service/domain/legal_clock.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

using type::Obligation;
using Parties = std::vector<std::pair<std::string, Obligation::Capacity>>;

void Add(type::ObligationEvent& event, Obligation::Kind kind,
         const std::optional<google::type::Date>& due, const Parties& parties) {
  Obligation obligation;
  obligation.set_name(event.aggregate());
  obligation.set_kind(kind);
  if (due) *obligation.mutable_due_date() = *due;
  for (const auto& [recipient, capacity] : parties) {
    if (recipient.empty()) continue;
    auto* party = obligation.add_parties();
    party->set_recipient(recipient);
    party->set_capacity(capacity);
  }
  if (!obligation.parties().empty()) *event.add_obligations() = obligation;
}

bool HasNewComplaint(const pb::NeedNotice& notice) {
  return std::any_of(
      notice.complaints().begin(), notice.complaints().end(),
      [](const auto& complaint) { return complaint.state() == pb::NoticeComplaint::RECEIVED; });
}

bool OutcomeIsToldByUs(State state) {
  return state == pb::NeedNotice::CLOSED_DONE || state == pb::NeedNotice::REJECTED_NOT_ELIGIBLE ||
         state == pb::NeedNotice::DECLINED_BY_USER || state == pb::NeedNotice::MERGED;
}

}  // namespace

std::string NotifierParty(const pb::NeedNotice& notice) {
  const auto& notifier = notice.notifier();
  return notifier.person().empty() ? notifier.organization() : notifier.person();
}

type::ObligationEvent ObligationsOf(const pb::NeedNotice& notice, int64_t revision) {
  type::ObligationEvent event;
  event.set_aggregate(notice.name());
  event.set_revision(revision);
  event.set_municipality_code(notice.subject().municipality_code());
  event.set_unit(notice.unit());

  const Parties unit = {{notice.unit(), Obligation::UNIT},
                        {notice.unit(), Obligation::UNIT_LEADER}};
  const Parties notifier = {{NotifierParty(notice), Obligation::NOTIFIER}};
  // A complaint that nobody has looked at waits in the queue as a new notice does.
  if (notice.state() == pb::NeedNotice::SUBMITTED || HasNewComplaint(notice)) {
    Add(event, Obligation::NOTICE_RECEIVED, {}, unit);
  }
  if (IsUndecided(notice.state())) {
    Add(event, Obligation::NOTICE_RECEIPT, {}, notifier);
    Add(event, Obligation::NOTICE_CLOCK, DateOf(DueDay(notice)), unit);
  }
  if (notice.state() == pb::NeedNotice::AWAITING_INFO) {
    Add(event, Obligation::NOTICE_INFORMATION, notice.information_request().answer_due_date(),
        notifier);
  }
  if (OutcomeIsToldByUs(notice.state())) Add(event, Obligation::NOTICE_OUTCOME, {}, notifier);
  return event;
}

bool Answers(const type::ObligationEvent& event, const std::string& recipient) {
  for (const auto& obligation : event.obligations()) {
    for (const auto& party : obligation.parties()) {
      if (party.recipient() == recipient) return true;
    }
  }
  return false;
}

}  // namespace ip::referral
