#include "notification-service/worker/relay_guard.h"

#include <algorithm>
#include <cmath>

#include "lib/base/metrics.h"

namespace ip::notification {
namespace {

constexpr int kTroubles = 3;
constexpr int kLongestPause = 10;  // times the first

void ShowShut(bool shut) {
  static auto& gauge = prometheus::BuildGauge()
                           .Name("ip_notify_relay_shut")
                           .Help("1 while the mail relay is in trouble and mails are held back")
                           .Register(Metrics())
                           .Add({});
  gauge.Set(shut ? 1 : 0);
}

}  // namespace

bool IsRelayTrouble(const SmtpResult& result) {
  switch (result.outcome) {
    case Outcome::kConfig:
    case Outcome::kUnknown:  // it took the body and said nothing
      return true;
    case Outcome::kTemporary:
      return !result.gate_passed && (result.code < 400 || result.code == 421);
    default:
      return false;
  }
}

int RelayGuard::Allow(int want, absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  if (pause_ > absl::ZeroDuration()) {
    if (now < shut_until_) return 0;
    shut_until_ = now + pause_;  // one tries, the others wait for what comes of it
    probing_ = true;
    return std::min(want, 1);
  }
  if (per_second_ <= 0) return want;
  if (filled_ != absl::InfinitePast()) {
    tokens_ += per_second_ * absl::ToDoubleSeconds(std::max(now - filled_, absl::ZeroDuration()));
  }
  filled_ = now;
  // At most a second's worth at once, and never less than one mail.
  tokens_ = std::min(tokens_, std::max(1.0, per_second_));
  const int allowed = std::min(want, static_cast<int>(std::floor(tokens_)));
  tokens_ -= allowed;
  return allowed;
}

void RelayGuard::Return(int unused) {
  const absl::MutexLock lock(&mutex_);
  if (per_second_ > 0) tokens_ += unused;
  if (probing_ && unused > 0) {
    probing_ = false;
    shut_until_ = absl::InfinitePast();
  }
}

void RelayGuard::Report(const SmtpResult& result, absl::Time now) {
  if (result.outcome == Outcome::kGateShut) return;  // says nothing of the relay
  const absl::MutexLock lock(&mutex_);
  if (!IsRelayTrouble(result)) {
    troubles_ = 0;
    probing_ = false;
    pause_ = absl::ZeroDuration();
    return ShowShut(false);
  }
  ++troubles_;
  if (troubles_ < kTroubles && result.outcome != Outcome::kConfig) return;
  // Of those that were on their way when it was shut, none makes it longer.
  if (pause_ > absl::ZeroDuration() && !probing_) return;
  pause_ = probing_ ? std::min(pause_ * 2, first_pause_ * kLongestPause) : first_pause_;
  probing_ = false;
  shut_until_ = now + pause_;
  ShowShut(true);
}

bool RelayGuard::IsShut(absl::Time now) const {
  const absl::MutexLock lock(&mutex_);
  return pause_ > absl::ZeroDuration() && now < shut_until_;
}

}  // namespace ip::notification
