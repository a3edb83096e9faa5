// plan-service: composition only.
#include "absl/flags/flag.h"
#include "lib/auth/internal_token.h"
#include "lib/crypto/key_ring.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/service_main.h"
#include "lib/sql/flags.h"
#include "plan-service/service/handlers.h"
#include "plan-service/worker/age_worker.h"

ABSL_FLAG(std::string, reference_file, "", "Units, organizations and municipalities (JSON).");
ABSL_FLAG(std::string, person_key_file, "", "The key that makes persons/{id} of a number.");
ABSL_FLAG(std::string, document_keys_file, "", "The keys that encrypt what is stored.");
ABSL_FLAG(
    bool, own_keys, false,
    "Seal each plan with a key of its own, so that it can be erased. Only when no version runs "
    "any more that does not know this flag.");
ABSL_FLAG(std::string, rules_dir, "plan-service/rules", "Folder with plan.json.");
ABSL_FLAG(std::string, bundle_key_file, "", "Private JWK that signs exported plans; empty: none.");
ABSL_FLAG(std::string, bundle_jwks_file, "", "Keys of those whose bundles are imported.");
ABSL_FLAG(std::string, krr_url, "", "Base address of the contact register; empty: no look-ups.");

namespace {

namespace plan = ip::plan;

absl::Status Serve() {
  const auto accepted = ip::auth::NumbersFor(ip::rpc::InProduction());
  auto clock =
      ip::MakeBusinessClock(absl::GetFlag(FLAGS_clock_shift_file), ip::rpc::InProduction());
  if (!clock.ok()) return clock.status();
  auto verifier = ip::auth::TokenVerifier::Load(absl::GetFlag(FLAGS_internal_jwks_file));
  if (!verifier.ok()) return verifier.status();
  auto cipher = ip::crypto::KeyRing::Load(absl::GetFlag(FLAGS_document_keys_file));
  if (!cipher.ok()) return cipher.status();
  auto ids = ip::auth::PersonIds::Load(absl::GetFlag(FLAGS_person_key_file), accepted);
  if (!ids.ok()) return ids.status();
  auto reference = ip::Reference::Load(absl::GetFlag(FLAGS_reference_file));
  if (!reference.ok()) return reference.status();
  auto rules = plan::RuleBook::Load(absl::GetFlag(FLAGS_rules_dir));
  if (!rules.ok()) return rules.status();
  auto bundles = plan::Bundles::Load(absl::GetFlag(FLAGS_bundle_key_file),
                                     absl::GetFlag(FLAGS_bundle_jwks_file));
  if (!bundles.ok()) return bundles.status();
  auto pool = ip::sql::Pool::Open(ip::sql::OptionsFromFlags());
  if (!pool.ok()) return pool.status();

  ip::outbox::Feed feed(pool->get());
  const plan::PlanRepository plans(
      {pool->get(), cipher->get(), clock->get(), &feed, "", "", absl::GetFlag(FLAGS_own_keys)},
      &*rules);
  plan::AccessLog access_log(pool->get(), cipher->get());
  const plan::PersonNumbers numbers(pool->get(), cipher->get());
  const plan::Krr krr(absl::GetFlag(FLAGS_krr_url));
  const plan::PlanQuestions questions(pool->get(), cipher->get());
  const plan::Desk desk({&plans, &access_log, &numbers, &*ids, accepted, &*reference, &*rules, &krr,
                         &feed, clock->get(), &questions, &*bundles});
  plan::AgeWorker ages(&plans, &questions, clock->get());
  ages.Start();
  ip::rpc::Router router;
  plan::ServeAll(router, desk);
  auto options = ip::rpc::ServerOptionsFromFlags();
  options.authenticate = [&](std::string_view token) {
    return (*verifier)->Verify(token, "plan-service");
  };
  options.ready = [&] { return (*pool)->Ping(ip::SystemClock().Now() + absl::Seconds(2)); };
  return ip::rpc::ServeUntilStopped(std::move(router), std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  return ip::rpc::ServiceMain(argc, argv, "plan-service", "Keeps individual plans.", Serve);
}
