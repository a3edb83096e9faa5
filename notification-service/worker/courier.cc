#include "notification-service/worker/courier.h"

#include <algorithm>
#include <random>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/hmac.h"
#include "notification-service/domain/hours.h"
#include "notification-service/mail/address.h"
#include "notification-service/mail/mime.h"
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
  return slot.kind == Obligation::NOTICE_RECEIPT || slot.kind == Obligation::NOTICE_OUTCOME;
}

std::string DomainOf(const std::string& address) { return address.substr(address.find('@') + 1); }

}  // namespace

Courier::Courier(const Parts& parts, CourierOptions options)
    : parts_(parts), options_(std::move(options)), sender_(options_.relay) {}

Courier::Attempt Courier::Carry(const Message& message) {
  Attempt attempt;
  std::vector<Slot> live = message.slots;
  if (parts_.clock->Now() >= message.not_after) {
    attempt.finish = End(Delivery::DEAD, "TOO_LATE", "TOO_LATE");
    return attempt;
  }
  const std::optional<Contact> contact = Find(message, live, attempt);
  if (!contact) return attempt;
  const auto address = NormalizeAddress(contact->email());
  if (!address.ok()) {
    attempt.finish = End(Delivery::SUPPRESSED, "ADDRESS_INVALID", "NOT_REACHABLE");
    return attempt;
  }
  const auto mail = Write(message, live, *contact, *address);
  if (!mail.ok()) {
    attempt.finish = End(Delivery::FAILED, "CANNOT_BE_WRITTEN", "FAILED");
    return attempt;
  }
  const absl::Duration lease = options_.relay.reply_timeout + options_.lease;
  const std::string envelope =
      absl::StrCat("bounce+", message.bounce_token, "@", DomainOf(options_.mail_from));
  attempt.finish = Judge(message, sender_.Send(envelope, *address, *mail, [&] {
    return parts_.deliveries->Gate(message, lease);
  }));
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
    attempt.finish =
        End(Delivery::SUPPRESSED,
            contact->obstacle() == Contact::RESERVED ? "RESERVED" : "NO_ADDRESS", "NOT_REACHABLE");
    return std::nullopt;
  }
  attempt.finish = End(Delivery::SUPPRESSED, "NOT_RESPONSIBLE", "CALLED_OFF");
  return std::nullopt;
}

absl::StatusOr<std::string> Courier::Write(const Message& message, const std::vector<Slot>& live,
                                           const Contact& contact, const std::string& address) {
  Letter letter;
  letter.type =
      std::all_of(live.begin(), live.end(), OnlyTells) ? LetterType::kMessage : LetterType::kTasks;
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

  const auto opaque = [&](const std::string& what) {
    return absl::BytesToHexString(crypto::HmacSha256(options_.mail_key, what)).substr(0, 32);
  };
  const std::string domain = DomainOf(options_.mail_from);
  MimeMail mail;
  mail.text = *std::move(text);
  mail.from = options_.mail_from;
  mail.to = address;
  mail.message_id = absl::StrCat("n.", opaque("message|" + message.key), "@", domain);
  if (live.size() == 1) {
    mail.thread_id = absl::StrCat(
        "t.", opaque(absl::StrCat("thread|", message.recipient, "|", live.front().obligation)), "@",
        domain);
  }
  mail.date = message.create_time;
  return BuildMime(mail);
}

Finish Courier::Judge(const Message& message, const SmtpResult& result) {
  Finish finish;
  switch (result.outcome) {
    case Outcome::kAccepted:
      finish = {.state = Delivery::SENT, .send_time = parts_.clock->Now()};
      break;
    case Outcome::kPermanent:
      finish = {.state = Delivery::FAILED, .reason = "REFUSED"};
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
      const bool about_this_mail = result.gate_passed || (result.code >= 400 && result.code != 421);
      const absl::Duration wait = about_this_mail ? Backoff(message.fence, Spread()) : kOutagePause;
      finish = Again(message, std::max(wait, result.retry_after), "");
      break;
    }
  }
  finish.outcome = OutcomeWord(result.outcome);
  finish.code = result.code;
  finish.enhanced = result.enhanced;
  return finish;
}

Finish Courier::Again(const Message& message, absl::Duration wait,
                      const std::string& outcome) const {
  const absl::Time next =
      NextSendable(parts_.clock->Now() + wait, message.klass, message.recipient);
  if (next >= message.not_after)
    return {.state = Delivery::DEAD, .reason = "TOO_LATE", .outcome = outcome};
  return {.state = Delivery::SCHEDULED, .next_at = next, .outcome = outcome};
}

}  // namespace ip::notification
