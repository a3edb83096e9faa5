// referral-service: notices of need and the coordinating units' queues.
#include "absl/flags/flag.h"
#include "lib/auth/internal_token.h"
#include "lib/auth/person_id.h"
#include "lib/base/clock.h"
#include "lib/crypto/key_ring.h"
#include "lib/outbox/feed.h"
#include "lib/reference/reference.h"
#include "lib/rpc/client.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/service_main.h"
#include "lib/sql/flags.h"
#include "referral-service/domain/rules.h"
#include "referral-service/service/handlers.h"
#include "referral-service/storage/notice_repository.h"
#include "referral-service/worker/acceptance_worker.h"
#include "referral-service/worker/plan_client.h"

ABSL_FLAG(std::string, plan_service, "", "Where plan-service listens: host:port.");
ABSL_FLAG(std::string, reference_file, "", "Municipalities, organizations and units (JSON).");
ABSL_FLAG(std::string, rules_dir, "", "Folder of the dated rules: notices.json, letters.json.");
ABSL_FLAG(std::string, person_key_file, "", "The key that makes person ids (ip-keys init).");
ABSL_FLAG(std::string, document_keys_file, "", "The keys that encrypt documents (ip-keys init).");
ABSL_FLAG(
    bool, own_keys, false,
    "Seal each notice with a key of its own, so that it can be erased. Only when no version runs "
    "any more that does not know this flag.");
ABSL_FLAG(std::string, signing_key_file, "", "The key this service signs its own calls with.");

namespace {

absl::Status Serve() {
  const bool production = ip::rpc::InProduction();
  const auto clock = ip::MakeBusinessClock(absl::GetFlag(FLAGS_clock_shift_file), production);
  if (!clock.ok()) return clock.status();
  const auto reference = ip::Reference::Load(absl::GetFlag(FLAGS_reference_file));
  if (!reference.ok()) return reference.status();
  const auto rules = ip::referral::Rules::Load(absl::GetFlag(FLAGS_rules_dir));
  if (!rules.ok()) return rules.status();
  const auto letters = ip::referral::LetterRules::Load(absl::GetFlag(FLAGS_rules_dir));
  if (!letters.ok()) return letters.status();
  const auto persons = ip::auth::PersonIds::Load(absl::GetFlag(FLAGS_person_key_file),
                                                 ip::auth::NumbersFor(production));
  if (!persons.ok()) return persons.status();
  const auto cipher = ip::crypto::KeyRing::Load(absl::GetFlag(FLAGS_document_keys_file));
  if (!cipher.ok()) return cipher.status();
  const auto signer = ip::auth::TokenSigner::Load(absl::GetFlag(FLAGS_signing_key_file));
  if (!signer.ok()) return signer.status();
  const auto verifier = ip::auth::TokenVerifier::Load(absl::GetFlag(FLAGS_internal_jwks_file));
  if (!verifier.ok()) return verifier.status();
  const auto pool = ip::sql::Pool::Open(ip::sql::OptionsFromFlags());
  if (!pool.ok()) return pool.status();
  auto channel = ip::rpc::MakeChannel(
      absl::GetFlag(FLAGS_plan_service),
      {"individuellplan.plan.v1.PlanService", "individuellplan.plan.v1.PlanFeedService"},
      ip::rpc::ClientTlsFromFlags());
  if (!channel.ok()) return channel.status();

  ip::outbox::Feed feed(pool->get());
  auto repositories = ip::referral::MakeMysqlRepositories(
      {pool->get(), cipher->get(), clock->get(), &feed, "", "", absl::GetFlag(FLAGS_own_keys)});
  const auto plans = ip::referral::MakeRpcPlanClient(*channel, signer->get());
  const auto mandates = ip::referral::MakeRpcMandates(*channel, signer->get());
  ip::referral::AcceptanceWorker worker(
      {repositories.notices.get(), repositories.work.get(), plans.get(), clock->get()});
  ip::referral::Handlers handlers({repositories.notices.get(), repositories.work.get(),
                                   repositories.statistics.get(), &feed, clock->get(), &*reference,
                                   &*rules, &*letters, &*persons, plans.get(), mandates.get(),
                                   [&worker] { worker.Nudge(); }});
  ip::rpc::Router router;
  handlers.Register(router);
  auto options = ip::rpc::ServerOptionsFromFlags();
  options.authenticate = [&](std::string_view token) {
    return (*verifier)->Verify(token, "referral-service");
  };
  options.ready = [&] { return (*pool)->Ping(ip::SystemClock().Now() + absl::Seconds(2)); };
  worker.Start();
  return ip::rpc::ServeUntilStopped(std::move(router), std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  return ip::rpc::ServiceMain(argc, argv, "referral-service",
                              "Takes notices of need to the coordinating units.", Serve);
}
