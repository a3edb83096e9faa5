// Which workload is at the other end of a connection (mTLS), and which RPCs it may call.
#ifndef LIB_RPC_PEERS_H_
#define LIB_RPC_PEERS_H_

#include <grpcpp/security/auth_context.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ip::rpc {

// The first labels of the DNS names in the client's verified certificate: "plan-service" of
// "plan-service.ip.svc". Empty without such a certificate.
std::vector<std::string> PeerNames(const grpc::AuthContext& context);

// What each peer may call. Without rules, everything that the method rules allow.
class PeerRules {
 public:
  // "gateway=*; referral-service=pkg.v1.PlanService/CreatePlan,pkg.v1.PlanFeedService/": per peer,
  // full names of RPCs; one that ends in "/" means the whole service.
  // Errors: INVALID_ARGUMENT naming the part that cannot be read.
  static absl::StatusOr<PeerRules> Parse(std::string_view text);

  // `rpc` is "package.Service/Method".
  bool Allows(const std::vector<std::string>& peers, std::string_view rpc) const;

 private:
  std::map<std::string, std::vector<std::string>> rules_;
};

// What --peer_rpcs says; read once, when first asked for.
const PeerRules& PeerRulesFromFlags();

}  // namespace ip::rpc

#endif  // LIB_RPC_PEERS_H_
