// The one entry: tells who calls, and forwards.
#include "absl/time/clock.h"
#include "gateway/flags.h"
#include "gateway/gateway.h"
#include "gateway/session/identities.h"
#include "gateway/session/login_pages.h"
#include "gateway/session/opt_out_page.h"
#include "gateway/session/sessions.h"
#include "lib/base/clock.h"
#include "lib/crypto/key_ring.h"
#include "lib/rpc/service_main.h"
#include "lib/rpc/worker_pool.h"
#include "lib/sql/flags.h"
#include "lib/sql/pool.h"

namespace ip::gateway {
namespace {

absl::Status Serve() {
  if (auto status = CheckProduction(); !status.ok()) return status;
  auto signer = SignerFromFlags();
  if (!signer.ok()) return signer.status();
  auto persons = PersonIdsFromFlags();
  if (!persons.ok()) return persons.status();
  auto providers = ProvidersFromFlags();
  if (!providers.ok()) return providers.status();
  auto reference = ReferenceFromFlags();
  if (!reference.ok()) return reference.status();
  auto session_keys = SessionKeysFromFlags();
  if (!session_keys.ok()) return session_keys.status();
  auto pool = sql::Pool::Open(sql::OptionsFromFlags());
  if (!pool.ok()) return pool.status();

  rpc::WorkerPool workers(8, 1024);
  Sessions sessions(pool->get(), session_keys->get());
  LoginOptions login = LoginOptionsFromFlags();
  login.reference = &*reference;
  VerifiedIdentities identities(&*providers, &*persons, &sessions, AudienceFromFlags(),
                                login.public_url, &workers);
  auto opt_out = OptOutFromFlags(signer->get());
  if (!opt_out.ok()) return opt_out.status();
  OptOutPage opt_out_page(*std::move(opt_out), &workers);
  LoginPages pages(&*providers, &*persons, &sessions, &workers, login);

  GatewayOptions options = OptionsFromFlags();
  options.pages = [&](const auto& exchange) {
    return pages.Serve(exchange) || opt_out_page.Serve(exchange);
  };
  options.ready = [&] { return (*pool)->Ping(SystemClock().Now() + absl::Seconds(2)); };
  auto server = Gateway::Start(std::move(options), &identities, signer->get());
  if (!server.ok()) return server.status();
  (*server)->Run();
  workers.Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace ip::gateway

int main(int argc, char** argv) {
  return ip::rpc::ServiceMain(
      argc, argv, "gateway",
      "The one entry to the suite: gRPC, Connect and the web app on one port.", ip::gateway::Serve);
}
