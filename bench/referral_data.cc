#include "bench/referral_data.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/copy_rows.h"
#include "bench/harness.h"
#include "lib/base/id.h"
#include "referral-service/domain/access.h"
#include "referral-service/domain/draft.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/submission.h"
#include "referral-service/storage/notice_repository.h"

namespace ip::bench {
namespace {

namespace pb = individuellplan::referral::v1;
namespace type = individuellplan::type::v1;

constexpr int kLoaders = 8;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(60); }

template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(absl::StrCat("notice data: ", std::string(result.status().message())));
  return *std::move(result);
}

pb::NeedNotice Submitted(const Suite& suite, const referral::Rules& rules, int64_t serial) {
  const Caller caller = GeneralPractitioner(suite);
  referral::Step step{"CreateNotice", referral::ActorOf(caller), caller.display_name, "",
                      SystemClock().Now()};
  pb::NeedNotice notice = referral::NewDraft(NewNotice(), suite.Person(20'000 + serial), caller,
                                             suite.reference(), step);
  step.action = "SubmitNotice";
  const absl::Status status = referral::Submit(notice, rules, suite.reference(), {}, step);
  if (!status.ok()) Fail(std::string(status.message()));
  return notice;
}

void Write(const Suite& suite, const std::string& schema, int64_t count) {
  const auto pool = suite.OpenPool(schema, kLoaders);
  const auto rules = Must(referral::Rules::Load("referral-service/rules"));
  const auto repositories = referral::MakeMysqlRepositories(
      {pool.get(), &suite.cipher(), &SystemClock(), nullptr, "", ""});
  std::atomic<int64_t> next = 0;
  std::vector<std::thread> loaders;
  for (int i = 0; i < kLoaders; ++i) {
    loaders.emplace_back([&, i] {
      for (int64_t n = next++; n < count; n = next++) {
        const absl::Time now = SystemClock().Now();
        referral::Secrets secrets;
        secrets.subject_national_id = std::string(Suite::Number(20'000 + n).Reveal());
        Must(repositories.notices->Create({GeneralPractitioner(suite).person, "SubmitNotice", "",
                                           NewId(now), Sha256(absl::StrCat(n)), Soon()},
                                          absl::StrCat("notices/", NewId(now)),
                                          Submitted(suite, rules, n), secrets));
        if (i == 0) Progress(absl::StrCat("writing ", count, " notices:"), n, count);
      }
    });
  }
  for (std::thread& loader : loaders) loader.join();
  Progress(absl::StrCat("writing ", count, " notices:"), count, count);
}

// `block` keeps the names of several copies apart.
void Copy(RawConnection& connection, const std::string& original, int block,
          const std::string& unit, int64_t count) {
  const std::string name = absl::StrCat("CONCAT('notices/ffffffff-ffff-7fff-bff", block,
                                        "-', LPAD(LOWER(HEX(n)), 12, '0'))");
  const std::string person = "CONCAT('persons/', LPAD(n, 26, 'c'))";
  const std::string where = absl::StrCat("name = '", original, "'");
  CopyRows(connection,
           {{"notice", where, {{"name", name}}},
            {"notice_queue",
             where,
             {{"name", name},
              {"unit", absl::StrCat("'", unit, "'")},
              {"subject", person},
              // Behind what was written, in as many days as a year has.
              {"due_date", "o.due_date + INTERVAL 1 + n % 365 DAY"},
              {"submit_time", "o.submit_time + INTERVAL n * 7919 % 1000003 MICROSECOND"}}},
            {"notice_party",
             where,
             {{"name", name}, {"party", "CONCAT('subject|', LPAD(n, 34, 'c'))"}}}},
           count);
}

}  // namespace

Caller GeneralPractitioner(const Suite& suite) {
  Caller caller = suite.Human(type::PRACTITIONER, suite.Person(10), kPractice);
  caller.hpr_number = "9990012";
  return caller;
}

pb::NeedNotice NewNotice() {
  const auto day = referral::DateOf(OsloDay(SystemClock().Now()) - 3);
  pb::NeedNotice notice;
  notice.mutable_subject()->set_display_name("Kari Nordli");
  notice.mutable_subject()->set_municipality_code(kMunicipality);
  notice.mutable_notifier()->set_display_name("Jonas Berg");
  notice.mutable_notifier()->set_source(pb::Notifier::GENERAL_PRACTITIONER);
  notice.mutable_notifier()->set_work_email("jonas.berg@legesenter.example");
  notice.set_need_description("Trenger hjelp til å samordne bolig, jobb og behandling.");
  notice.add_life_areas(type::HOUSING);
  notice.set_requested_outcome(pb::NeedNotice::PLAN_AND_COORDINATOR);
  *notice.mutable_need_observed_date() = day;
  notice.mutable_consent_basis()->set_kind(pb::ConsentBasis::CONSENT);
  *notice.mutable_consent_basis()->mutable_consent_date() = day;
  notice.mutable_rights_information()->set_given(true);
  *notice.mutable_rights_information()->mutable_given_date() = day;
  return notice;
}

void LoadNotices(const Suite& suite, const std::string& schema, int64_t written, int64_t copied,
                 int64_t for_raw) {
  RawConnection connection(suite.Raw(schema));
  if (connection.Query("SELECT 1 FROM notice LIMIT 1")) return;
  suite.SetDurable(false);
  Write(suite, schema, written);
  const std::string original =
      connection.Query("SELECT name FROM notice ORDER BY name DESC LIMIT 1").value_or("");
  if (copied > 0) Copy(connection, original, 1, kUnit, copied);
  if (for_raw > 0) Copy(connection, original, 2, kRawUnit, for_raw);
  suite.SetDurable(true);
}

}  // namespace ip::bench
