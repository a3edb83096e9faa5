// Which RPCs the gateway lets through and which service answers each: learned from the protos, so
// that a new RPC needs no change here. What only services call of each other is not among them.
#ifndef GATEWAY_POLICY_METHODS_H_
#define GATEWAY_POLICY_METHODS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "individuellplan/type/v1/access.pb.h"
#include "lib/rpc/call_metrics.h"

namespace ip::gateway {

// Where a family of packages is served: "individuellplan.plan." by "plan-service".
struct Route {
  std::string package_prefix;  // with its last dot
  std::string backend;         // the service's name, which is also the audience of its tokens
  std::string target;          // for rpc::MakeChannel
};

struct Method {
  std::string path;     // "/individuellplan.plan.v1.PlanService/GetPlan"
  std::string service;  // "individuellplan.plan.v1.PlanService"
  std::string name;     // "GetPlan"
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
  size_t route = 0;
  bool unary = true;  // neither side streams
  // What an access token must allow, "individuellplan/notices.read"; "" when none opens it.
  std::string scope;
  std::unique_ptr<rpc::CallMetrics> metrics;
};

// Immutable, thread-safe.
class Methods {
 public:
  // All RPCs in `protos` (a set with its imports) that a route leads to and that anybody but
  // SERVICE may call. Errors: FAILED_PRECONDITION naming what is wrong with the set.
  static absl::StatusOr<std::unique_ptr<Methods>> Learn(
      const google::protobuf::FileDescriptorSet& protos, const std::vector<Route>& routes);

  // The RPC at "/package.Service/Method", null when there is none or it is not let through.
  const Method* Find(std::string_view path) const;
  // Full names of the services that have such RPCs.
  const std::vector<std::string>& services() const { return services_; }
  const std::vector<std::unique_ptr<Method>>& all() const { return methods_; }
  const google::protobuf::DescriptorPool& pool() const { return pool_; }

 private:
  Methods() = default;
  void Add(const google::protobuf::ServiceDescriptor& service, size_t route);

  google::protobuf::DescriptorPool pool_;
  std::vector<std::unique_ptr<Method>> methods_;
  std::unordered_map<std::string_view, const Method*> by_path_;
  std::vector<std::string> services_;
};

// The word of a scope in a token; "" for SCOPE_UNSPECIFIED.
std::string ScopeWord(individuellplan::type::v1::Scope scope);

// The protos of the suite as they were when the gateway was built.
const google::protobuf::FileDescriptorSet& BuiltInProtos();

}  // namespace ip::gateway

#endif  // GATEWAY_POLICY_METHODS_H_
