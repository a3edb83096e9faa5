#include "notification-service/worker/courier.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "notification-service/domain/hours.h"
#include "notification-service/mail/address.h"
#include "notification-service/mail/bounce.h"
#include "notification-service/mail/calendar_entry.h"
#include "notification-service/mail/tokens.h"
#include "notification-service/worker/backoff.h"

namespace ip::notification {
namespace {

using individuellplan::type::v1::ResolveContactRequest;

double Spread() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(-1, 1)(random);
}

Finish End(Delivery::State state, const char* reason, const char* outcome) {
  return {.state = state, .reason = reason, .outcome = outcome};
}

// What only tells, against what asks to be done.
bool OnlyTells(const Slot& slot) {
  return slot.kind == Obligation::NOTICE_RECEIPT || slot.kind == Obligation::NOTICE_OUTCOME ||
         (slot.kind == Obligation::EMERGENCY_REVIEW && slot.capacity == Obligation::OWNER);
}

std::string DomainOf(const std::string& address) { return address.substr(address.find('@') + 1); }

}  // namespace

Courier::Courier(const Parts& parts, CourierOptions options)
    : parts_(parts), options_(std::move(options)), sender_(options_.relay) {}

Courier::Attempt Courier::Carry(const Message& message) {
  Attempt attempt;
  std::vector<Slot> live = message.slots;
  const absl::Time now = parts_.clock->Now();
  // What can wait goes on its day and in its hours, or with the next day's mail.
  const bool stale = message.klass == Class::B && OsloDay(message.create_time) < OsloDay(now);
  if (stale || !MaySend(now, message.klass, message.recipient)) {
    attempt.finish =
        stale ? Regather(now, "NEXT_DAY") : Again(message, absl::ZeroDuration(), "OUT_OF_HOURS");
    return attempt;
  }
  if (now >= message.not_after) {
    attempt.finish = Missed(Delivery::DEAD, "TOO_LATE", "TOO_LATE");
    return attempt;
  }
  const std::optional<Contact> contact = Find(message, live, attempt);
  if (!contact) return attempt;
  const auto address = NormalizeAddress(contact->email());
  if (!address.ok()) {
    attempt.finish = Missed(Delivery::SUPPRESSED, "ADDRESS_INVALID", "NOT_REACHABLE");
    return attempt;
  }
  attempt.address_hash = AddressHash(options_.mail_key, *address);
  const auto shut_out = parts_.reach->IsShutOut(attempt.address_hash, parts_.clock->Now());
  if (!shut_out.ok() || *shut_out) {
    attempt.finish = shut_out.ok()
                         ? Missed(Delivery::SUPPRESSED, "ADDRESS_BOUNCES", "NOT_REACHABLE")
                         : Again(message, kOutagePause, "NO_DATABASE");
    return attempt;
  }
  const auto mail = Write(message, live, *contact, *address);
  if (!mail.ok()) {
    attempt.finish = Missed(Delivery::FAILED, "CANNOT_BE_WRITTEN", "FAILED");
    return attempt;
  }
  const absl::Duration lease = options_.relay.reply_timeout + options_.lease;
  const std::string envelope = BounceAddress(message.bounce_token, DomainOf(options_.mail_from));
  attempt.relay = sender_.Send(envelope, *address, *mail, [&] {
    return parts_.deliveries->Gate(message, lease, attempt.address_hash);
  });
  attempt.finish = Judge(message, *attempt.relay);
  return attempt;
}

std::optional<Courier::Contact> Courier::Find(const Message& message, std::vector<Slot>& live,
                                              Attempt& attempt) {
  while (!live.empty()) {
    const Slot& slot = live.front();
    const auto source = std::find_if(parts_.sources->begin(), parts_.sources->end(),
                                     [&](const auto& s) { return s->Owns(slot.aggregate); });
    absl::StatusOr<Contact> contact = absl::NotFoundError("");
    if (source != parts_.sources->end()) {
      ResolveContactRequest request;
      request.set_recipient(slot.recipient);
      request.set_obligation(slot.obligation);
      request.set_capacity(slot.capacity);
      request.set_called_off(TakesBack(slot));
      contact = (*source)->Resolve(request);
    }
    const bool not_theirs = contact.ok() ? contact->obstacle() == Contact::NOT_RESPONSIBLE
                                         : absl::IsNotFound(contact.status());
    if (not_theirs) {
      attempt.dropped.push_back(slot);
      live.erase(live.begin());
      continue;
    }
    if (!contact.ok()) {
      attempt.finish = Again(message, kOutagePause, "NO_ANSWER_ON_CONTACT");
      return std::nullopt;
    }
    if (contact->obstacle() == Contact::OBSTACLE_UNSPECIFIED && !contact->email().empty()) {
      return *contact;
    }
    attempt.finish = Missed(Delivery::SUPPRESSED,
                            contact->obstacle() == Contact::RESERVED ? "RESERVED" : "NO_ADDRESS",
                            "NOT_REACHABLE");
    return std::nullopt;
  }
  attempt.finish = End(Delivery::SUPPRESSED, "NOT_RESPONSIBLE", "CALLED_OFF");
  return std::nullopt;
}

absl::StatusOr<std::string> Courier::Write(const Message& message, const std::vector<Slot>& live,
                                           const Contact& contact, const std::string& address) {
  Letter letter;
  // A mail takes days back or tells of duties, never both.
  const bool takes_back = TakesBack(live.front());
  letter.type = takes_back                                         ? LetterType::kDays
                : std::all_of(live.begin(), live.end(), OnlyTells) ? LetterType::kMessage
                                                                   : LetterType::kTasks;
  letter.count = static_cast<int>(live.size());
  letter.language = contact.language();
  letter.audience = contact.audience();
  // Of several, the link opens the most urgent; the others stand beside it in the portal.
  letter.notification_id =
      std::min_element(live.begin(), live.end(), [](const Slot& a, const Slot& b) {
        return a.due.value_or(a.send_day) < b.due.value_or(b.send_day);
      })->id;
  const auto wishes =
      parts_.inbox->GetPreferences(message.recipient, SystemClock().Now() + absl::Seconds(5));
  if (wishes.ok() &&
      wishes->preferences.language() != individuellplan::type::v1::LANGUAGE_UNSPECIFIED) {
    letter.language = wishes->preferences.language();
  }
  const auto* municipality = parts_.reference->FindMunicipality(message.municipality_code);
  auto text =
      parts_.letters->Write(letter, municipality ? municipality->display_name() : "Kommunen");
  if (!text.ok()) return text.status();

  const std::string domain = DomainOf(options_.mail_from);
  MimeMail mail;
  mail.text = *std::move(text);
  mail.from = options_.mail_from;
  mail.to = address;
  mail.message_id = MessageId(options_.mail_key, message.key, domain);
  if (live.size() == 1) {
    mail.thread_id = absl::StrCat(
        "t.",
        Opaque(options_.mail_key,
               absl::StrCat("thread|", message.recipient, "|", live.front().obligation)),
        "@", domain);
  }
  mail.date = message.create_time;
  const bool optional =
      std::all_of(live.begin(), live.end(), [](const Slot& s) { return s.optional; });
  if (optional && options_.signs_list_headers) {
    mail.unsubscribe_url = LinkTo("/varsel/avmeld/", OptOutToken(options_.mail_key, message.id));
  }
  if (takes_back || (wishes.ok() && wishes->preferences.calendar_entries())) {
    AddCalendar(message, live, mail);
  }
  return BuildMime(mail);
}

std::string Courier::LinkTo(const char* page, const std::string& id) const {
  const std::string& base = options_.public_url;
  return absl::StrCat(base.substr(0, base.find_last_not_of('/') + 1), page, id);
}

void Courier::AddCalendar(const Message& message, const std::vector<Slot>& live,
                          MimeMail& mail) const {
  std::vector<CalendarEntry> entries;
  for (const Slot& slot : live) {
    if (!slot.due) continue;
    const std::string uid =
        Opaque(options_.mail_key,
               absl::StrCat("calendar|", message.recipient, "|", slot.obligation, "|", slot.kind));
    entries.push_back(
        {.uid = absl::StrCat("c.", uid, "@", DomainOf(options_.mail_from)), .day = *slot.due});
  }
  if (entries.empty()) return;
  const auto method = TakesBack(live.front()) ? CalendarMethod::kCancel : CalendarMethod::kPublish;
  mail.calendar_method = MethodWord(method);
  mail.calendar = WriteCalendar(method, entries, mail.text.summary, mail.text.link,
                                options_.mail_from, message.create_time);
}

Finish Courier::Missed(Delivery::State state, const char* reason, const char* outcome) {
  Finish finish = End(state, reason, outcome);
  finish.unreached = true;
  return finish;
}

Finish Courier::Judge(const Message& message, const SmtpResult& result) {
  Finish finish;
  switch (result.outcome) {
    case Outcome::kAccepted:
      finish = {.state = Delivery::SENT, .send_time = parts_.clock->Now()};
      break;
    case Outcome::kPermanent:
      finish = Missed(Delivery::FAILED, "REFUSED", "");
      finish.refusal_score = RefusalScore(result.enhanced);
      finish.refused_at = parts_.clock->Now();
      break;
    case Outcome::kUnknown:
      finish = {.state = Delivery::UNKNOWN, .reason = "NO_ANSWER"};
      break;
    case Outcome::kGateShut:
      finish = Again(message, absl::ZeroDuration(), "");
      break;
    case Outcome::kConfig:
      finish = Again(message, kOutagePause, "");
      break;
    case Outcome::kTemporary: {
      const bool about_mail = result.gate_passed || (result.code >= 400 && result.code != 421);
      const absl::Duration wait = about_mail ? Backoff(message.tries + 1, Spread()) : kOutagePause;
      finish = Again(message, std::max(wait, result.retry_after), "");
      finish.about_mail = about_mail;
      break;
    }
  }
  finish.outcome = OutcomeWord(result.outcome);
  finish.code = result.code;
  finish.enhanced = result.enhanced;
  return finish;
}

Finish Courier::Regather(absl::Time at, const std::string& outcome) {
  return {.state = Delivery::SUPPRESSED,
          .reason = "GATHERED_ANEW",
          .outcome = outcome,
          .regather_at = at};
}

Finish Courier::Again(const Message& message, absl::Duration wait,
                      const std::string& outcome) const {
  const absl::Time next =
      NextSendable(parts_.clock->Now() + wait, message.klass, message.recipient);
  if (message.klass == Class::B && OsloDay(next) > OsloDay(message.create_time)) {
    return Regather(next, outcome);
  }
  if (next >= message.not_after) {
    Finish dead = {.state = Delivery::DEAD, .reason = "TOO_LATE", .outcome = outcome};
    dead.unreached = true;
    return dead;
  }
  return {.state = Delivery::SCHEDULED, .next_at = next, .outcome = outcome};
}

}  // namespace ip::notification
