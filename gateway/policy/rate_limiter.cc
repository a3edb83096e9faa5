#include "gateway/policy/rate_limiter.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace ip::gateway {

absl::Duration RateLimiter::Take(const std::string& key) {
  if (rate_.per_second <= 0) return absl::ZeroDuration();
  const absl::Duration cost = absl::Seconds(1) / rate_.per_second;
  const absl::Duration credit = cost * std::max(rate_.burst, 1.0);
  const absl::Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  if (paid_at_.size() >= max_keys_ && !paid_at_.contains(key)) {
    absl::erase_if(paid_at_, [now](const auto& entry) { return entry.second <= now; });
    // Many callers at once must not make us deaf for those who come later.
    if (paid_at_.size() >= max_keys_) paid_at_.clear();
  }
  absl::Time& paid_at = paid_at_.try_emplace(key, now).first->second;
  const absl::Time after = std::max(paid_at, now) + cost;
  if (after - now > credit) return after - now - credit;
  paid_at = after;
  return absl::ZeroDuration();
}

std::string LimitKeyOfAddress(std::string_view address) {
  std::string text(address);
  // Behind our own TLS door gRPC sees a local socket that is named after the client.
  if (const size_t name = text.find("ip-tls"); name != text.npos) {
    const std::vector<std::string> parts =
        absl::StrSplit(absl::StrReplaceAll(text.substr(name), {{"%7C", "|"}, {"%3A", ":"}}), '|');
    if (parts.size() > 1) text = parts[1];
  }
  const bool grpc = absl::StartsWith(text, "ipv4:") || absl::StartsWith(text, "ipv6:");
  if (grpc) text = text.substr(5, text.rfind(':') - 5);
  text = absl::StrReplaceAll(text, {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(text, error);
  if (error || parsed.is_v4()) return text;
  if (parsed.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6()).to_string();
  }
  const auto bytes = parsed.to_v6().to_bytes();
  return std::string(bytes.begin(), bytes.begin() + 8);
}

}  // namespace ip::gateway
