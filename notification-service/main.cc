// notification-service: composition only.
#include "absl/flags/flag.h"
#include "lib/auth/internal_token.h"
#include "lib/reference/reference.h"
#include "lib/rpc/flags.h"
#include "lib/rpc/service_main.h"
#include "lib/sql/flags.h"
#include "notification-service/mail_flags.h"
#include "notification-service/service/handlers.h"
#include "notification-service/worker/background.h"

ABSL_FLAG(std::string, plan_service, "", "Where plan-service listens: host:port.");
ABSL_FLAG(std::string, referral_service, "", "Where referral-service listens: host:port.");
ABSL_FLAG(std::string, reference_file, "", "Municipalities, organizations and units (JSON).");
ABSL_FLAG(std::string, rules_dir, "", "Folder of the dated reminder rules (*.json).");
ABSL_FLAG(std::string, signing_key_file, "", "The key this service signs its own calls with.");
ABSL_FLAG(int, senders, 2, "Threads that send mail.");

namespace {

using namespace ip::notification;  // NOLINT: the service's own

absl::Status Serve() {
  auto clock =
      ip::MakeBusinessClock(absl::GetFlag(FLAGS_clock_shift_file), ip::rpc::InProduction());
  if (!clock.ok()) return clock.status();
  auto verifier = ip::auth::TokenVerifier::Load(absl::GetFlag(FLAGS_internal_jwks_file));
  if (!verifier.ok()) return verifier.status();
  auto signer = ip::auth::TokenSigner::Load(absl::GetFlag(FLAGS_signing_key_file));
  if (!signer.ok()) return signer.status();
  auto reference = ip::Reference::Load(absl::GetFlag(FLAGS_reference_file));
  if (!reference.ok()) return reference.status();
  auto rules = Rules::LoadDirectory(absl::GetFlag(FLAGS_rules_dir));
  if (!rules.ok()) return rules.status();
  auto mail = MailFromFlags();
  if (!mail.ok()) return mail.status();
  auto pool = ip::sql::Pool::Open(ip::sql::OptionsFromFlags());
  if (!pool.ok()) return pool.status();
  auto sources =
      MakeSources(absl::GetFlag(FLAGS_plan_service), absl::GetFlag(FLAGS_referral_service),
                  signer->get(), ip::rpc::ClientTlsFromFlags());
  if (!sources.ok()) return sources.status();

  IntakeRepository intake(pool->get(), mail->courier.mail_key);
  AgendaRepository agenda(pool->get(), mail->courier.mail_key);
  DeliveryRepository deliveries(pool->get());
  InboxRepository inbox(pool->get());
  ReachRepository reach(pool->get(), mail->courier.mail_key);
  Bell queued;
  Handlers handlers({&intake, &agenda, &deliveries, &inbox, &*reference, &*rules, clock->get(),
                     &queued, mail->courier.mail_key});
  ip::rpc::Router router;
  handlers.Register(router);
  Background background(
      {{&deliveries, &inbox, &reach, &mail->letters, &*reference, &*sources, clock->get()},
       &intake,
       &agenda,
       &*rules,
       &queued},
      mail->courier, mail->postmaster, absl::GetFlag(FLAGS_senders));

  auto options = ip::rpc::ServerOptionsFromFlags();
  options.authenticate = [&](std::string_view token) {
    return (*verifier)->Verify(token, "notification-service");
  };
  options.ready = [&] { return (*pool)->Ping(ip::SystemClock().Now() + absl::Seconds(2)); };
  return ip::rpc::ServeUntilStopped(std::move(router), std::move(options));
}

}  // namespace

int main(int argc, char** argv) {
  return ip::rpc::ServiceMain(argc, argv, "notification-service",
                              "Reminds people of what waits for them, by mail that says nothing.",
                              Serve);
}
