// The gateway under load, beside the bare backend, nginx and Node.
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "bench/gateway_servers.h"
#include "bench/grpc_load.h"
#include "bench/http_load.h"
#include "bench/target.h"
#include "individuellplan/plan/v1/plan_service.pb.h"
#include "lib/rpc/flags.h"

ABSL_FLAG(int, serve_backend, 0, "Be the backend on this port.");
ABSL_FLAG(int, serve_auth, 0, "Be nginx's auth_request service on this port.");
ABSL_FLAG(int, gateway_port, 0, "Where the gateway listens.");
ABSL_FLAG(std::string, gateway_pids, "", "Its process.");
ABSL_FLAG(int, backend_port, 0, "Where the backend listens.");
ABSL_FLAG(std::string, backend_pids, "", "Its process.");
ABSL_FLAG(int, nginx_port, 0, "Where nginx listens for gRPC.");
ABSL_FLAG(std::string, nginx_pids, "", "Its workers and the auth service, separated by commas.");
ABSL_FLAG(int, node_port, 0, "Where Node's Connect server listens.");
ABSL_FLAG(std::string, node_pids, "", "Its process.");
ABSL_FLAG(std::string, access_token, "", "What clients send.");

namespace ip::bench {
namespace {

constexpr char kGetPlan[] = "/individuellplan.plan.v1.PlanService/GetPlan";
constexpr char kName[] = "plans/00000000-0000-7000-8000-000000000000";
constexpr int kOutstanding = 32;

struct Door : Server {
  int port = 0;
};

Door At(int port, const std::string& pids) {
  return {{absl::StrCat("127.0.0.1:", port), Pids(pids)}, port};
}

individuellplan::plan::v1::GetPlanRequest Request() {
  individuellplan::plan::v1::GetPlanRequest request;
  request.set_name(kName);
  return request;
}

class GatewayBench {
 public:
  void Grpc() const {
    Compare("gateway.grpc", kOutstanding,
            {Native("gateway.grpc", gateway_), Direct(), Native("nginx_auth_request", nginx_)},
            {{Aim::Measure::kRatio, 0.5}});
  }

  void Connect() const {
    const std::string body = Request().SerializeAsString();
    Compare("gateway.connect", kOutstanding,
            {Http("gateway.connect", gateway_, "application/proto", body), Direct(),
             Http("node_connect_fastify", node_, "application/proto", body)},
            {{Aim::Measure::kServerCpu, 60}});
  }

  void Json() const {
    const std::string body = absl::StrCat(R"({"name":")", kName, R"("})");
    Compare("gateway.json", kOutstanding,
            {Http("gateway.json", gateway_, "application/json", body), Direct(),
             Http("node_connect_fastify", node_, "application/json", body)});
  }

  // Open connections that have each made a call.
  void Memory() const {
    std::vector<std::unique_ptr<HttpConnection>> open;
    for (const size_t size : {1, 100, 1000}) {
      while (open.size() < size) {
        open.push_back(std::make_unique<HttpConnection>(
            TargetOf(gateway_, "application/proto", Request().SerializeAsString())));
        open.back()->Call();
      }
      Tell("gateway.memory", static_cast<int64_t>(size), ResidentMegabytes(gateway_.pids.at(0)),
           "MB");
    }
  }

 private:
  Contender Native(const std::string& name, const Server& server) const {
    return {name,
            Loop({.address = server.address,
                  .outstanding = kOutstanding,
                  .token_header = "authorization"},
                 [token = "Bearer " + token_] {
                   return Operation{{kGetPlan, Pack(Request()), token}};
                 }),
            server.pids};
  }
  Contender Direct() const { return Native("direct_grpc", backend_); }

  HttpTarget TargetOf(const Door& server, const std::string& type, const std::string& body) const {
    return {.port = server.port,
            .connections = kOutstanding,
            .path = kGetPlan,
            .content_type = type,
            .body = body,
            .token = token_};
  }
  Contender Http(const std::string& name, const Door& server, const std::string& type,
                 const std::string& body) const {
    return {name, HttpLoop(TargetOf(server, type, body)), server.pids};
  }

  const std::string token_ = absl::GetFlag(FLAGS_access_token);
  const Door gateway_ = At(absl::GetFlag(FLAGS_gateway_port), absl::GetFlag(FLAGS_gateway_pids));
  const Door backend_ = At(absl::GetFlag(FLAGS_backend_port), absl::GetFlag(FLAGS_backend_pids));
  const Door nginx_ = At(absl::GetFlag(FLAGS_nginx_port), absl::GetFlag(FLAGS_nginx_pids));
  const Door node_ = At(absl::GetFlag(FLAGS_node_port), absl::GetFlag(FLAGS_node_pids));
};

}  // namespace
}  // namespace ip::bench

int main(int argc, char** argv) {
  using namespace ip::bench;  // NOLINT: the benchmark's own
  ip::rpc::ParseFlags(argc, argv, "Measures the gateway.");
  if (const int port = absl::GetFlag(FLAGS_serve_backend); port != 0) ServeBackend(port);
  if (const int port = absl::GetFlag(FLAGS_serve_auth); port != 0) {
    ServeAuth(port);
    return 0;
  }
  const GatewayBench bench;
  // First, while nothing else has grown the gateway.
  if (Wanted("gateway.memory")) bench.Memory();
  if (Wanted("gateway.grpc")) bench.Grpc();
  if (Wanted("gateway.connect")) bench.Connect();
  if (Wanted("gateway.json")) bench.Json();
}
