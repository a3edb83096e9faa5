#include "lib/rpc/peers.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ip::rpc {

std::vector<std::string> PeerNames(const grpc::AuthContext& context) {
  std::vector<std::string> names;
  if (!context.IsPeerAuthenticated()) return names;
  for (const auto& value : context.FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME)) {
    const std::string_view name(value.data(), value.size());
    names.emplace_back(name.substr(0, name.find('.')));
  }
  return names;
}

absl::StatusOr<PeerRules> PeerRules::Parse(std::string_view text) {
  PeerRules parsed;
  const absl::string_view all(text.data(), text.size());
  for (absl::string_view part : absl::StrSplit(all, ';', absl::SkipWhitespace())) {
    const std::pair<absl::string_view, absl::string_view> sides =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    auto& rpcs = parsed.rules_[std::string(absl::StripAsciiWhitespace(sides.first))];
    for (absl::string_view rpc : absl::StrSplit(sides.second, ',', absl::SkipWhitespace())) {
      rpc = absl::StripAsciiWhitespace(rpc);
      if (rpc != "*" && !absl::StrContains(rpc, "/")) {
        return absl::InvalidArgumentError(
            absl::StrCat("\"", part, "\" must be PEER=package.Service/Method,package.Service/"));
      }
      rpcs.emplace_back(rpc);
    }
  }
  return parsed;
}

bool PeerRules::Allows(const std::vector<std::string>& peers, std::string_view rpc) const {
  if (rules_.empty()) return true;
  const absl::string_view name(rpc.data(), rpc.size());
  return std::any_of(peers.begin(), peers.end(), [&](const std::string& peer) {
    const auto rule = rules_.find(peer);
    return rule != rules_.end() &&
           std::any_of(rule->second.begin(), rule->second.end(), [&](const std::string& allowed) {
             return allowed == "*" || name == allowed ||
                    (absl::EndsWith(allowed, "/") && absl::StartsWith(name, allowed));
           });
  });
}

}  // namespace ip::rpc
