#include "bench/notify_data.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/copy_rows.h"
#include "bench/harness.h"
#include "notification-service/domain/test_events.h"
#include "notification-service/storage/agenda_repository.h"
#include "notification-service/storage/intake_repository.h"

namespace ip::bench {
namespace {

using namespace notification;  // NOLINT: the service's own

constexpr char kKey[] = "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk";
constexpr char kOriginal[] = "notices/00000000-0000-7000-8000-000000000000";

template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(absl::StrCat("mail data: ", std::string(result.status().message())));
  return *std::move(result);
}

// One receipt, planned at `time` and bound as the service does it.
void WriteOriginal(const Suite& suite, const std::string& schema, absl::Time time) {
  const auto pool = suite.OpenPool(schema, 2);
  IntakeRepository intake(pool.get(), kKey);
  AgendaRepository agenda(pool.get(), kKey);
  ObligationEvent event = EventOf(kOriginal, 1);
  event.set_municipality_code(kMunicipality);
  AddDuty(event, "", Obligation::NOTICE_RECEIPT,
          {{"persons/aaaaaaaaaaaaaaaaaaaaaaaaaa", Obligation::NOTIFIER}});
  const Rules rules = ReminderRules();
  Must(intake.Apply("referral", event, rules.On(OsloDay(time)), time));
  const absl::Time later = time + absl::Hours(1);  // when all has settled
  for (const std::string& addressee : Must(agenda.DueAddressees(later, 10))) {
    Must(agenda.Bind(addressee, later));
  }
}

std::string Uuid(char first, int block) {
  return absl::StrFormat("CONCAT('%cfffffff-ffff-7fff-bf%02d-', LPAD(LOWER(HEX(n)), 12, '0'))",
                         first, block);
}

}  // namespace

Rules ReminderRules() { return Must(Rules::LoadDirectory("notification-service/rules")); }

absl::Time Noon() {
  absl::CivilDay day = OsloDay(SystemClock().Now()) - 7;
  while (absl::GetWeekday(day) != absl::Weekday::tuesday) --day;
  return absl::FromCivil(absl::CivilHour(day.year(), day.month(), day.day(), 12), Oslo());
}

ObligationEvent PlanEvent(const std::string& aggregate, int64_t revision) {
  const absl::CivilDay today = OsloDay(Noon());
  const Parties parties = {{"persons/bbbbbbbbbbbbbbbbbbbbbbbbbb", Obligation::COORDINATOR},
                           {"persons/cccccccccccccccccccccccccc", Obligation::RESPONSIBLE},
                           {"persons/dddddddddddddddddddddddddd", Obligation::OWNER}};
  ObligationEvent event = EventOf(aggregate, revision);
  event.set_municipality_code(kMunicipality);
  AddDuty(event, "evaluations/e1", Obligation::PLAN_EVALUATION, parties, today + 60);
  for (int i = 1; i <= 3; ++i) {
    AddDuty(event, absl::StrCat("activities/a", i), Obligation::ACTIVITY_DUE,
            {parties[0], parties[1]}, today + 20 * i);
  }
  AddDuty(event, "activities/a4", Obligation::COMMITMENT_ANSWER, {parties[0], parties[1]},
          today + 14);
  return event;
}

std::string BlockPrefix(int block) { return absl::StrFormat("copy%02d", block); }

void LoadMails(const Suite& suite, const std::string& schema, int block, int64_t count,
               absl::Time due) {
  RawConnection connection(suite.Raw(schema));
  if (!connection.Query("SELECT 1 FROM message LIMIT 1")) WriteOriginal(suite, schema, due);
  const std::string id =
      connection
          .Query("SELECT message_id FROM slot WHERE aggregate = ? AND message_id <> '' LIMIT 1",
                 kOriginal)
          .value_or("");
  if (id.empty()) Fail("mail data: the original was not bound");
  const std::string message_id = Uuid('f', block);
  const std::string person = "CONCAT('persons/', LPAD(n, 26, 'c'))";
  const std::string aggregate =
      absl::StrFormat("CONCAT('notices/cc%02d', LPAD(n, 32, 'c'))", block);
  const std::string time = absl::StrCat("'", sql::FormatDateTime(due), "'");
  const auto hashed = [&](const char* what) {
    return absl::StrFormat("UNHEX(SHA2(CONCAT('%s%d|', n), 256))", what, block);
  };
  CopyRows(
      connection,
      {{"slot",
        absl::StrCat("message_id = '", id, "'"),
        {{"id", Uuid('e', block)},
         {"slot_key", hashed("slot")},
         {"aggregate", aggregate},
         {"obligation", absl::StrCat("CONCAT(", aggregate, ", '/')")},
         {"recipient", person},
         {"addressee", person},
         {"message_id", message_id},
         {"state", "2"}}},
       // Last: what is there may be sent at once.
       {"message",
        absl::StrCat("id = '", id, "'"),
        {{"id", message_id},
         {"message_key", hashed("message")},
         {"recipient", person},
         {"addressee", person},
         {"bounce_token", absl::StrCat("CONCAT('", BlockPrefix(block), "', LPAD(n, 16, '0'))")},
         {"state", "1"},
         {"reason", "''"},
         {"fence", "0"},
         {"attempts", "0"},
         {"send_time", "NULL"},
         {"next_at", absl::StrCat(time, " + INTERVAL n MICROSECOND")},
         {"not_after", absl::StrCat(time, " + INTERVAL 3 DAY")}}}},
      count);
}

}  // namespace ip::bench
