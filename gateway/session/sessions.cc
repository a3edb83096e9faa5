#include "gateway/session/sessions.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"

namespace ip::gateway {
namespace {

namespace type = individuellplan::type::v1;

constexpr absl::Duration kBudget = absl::Seconds(5);
// Not every look is worth a write.
constexpr absl::Duration kTouch = absl::Minutes(1);
constexpr size_t kMaxName = 200;
constexpr int64_t kSweepEvery = 600;  // seconds

// At most kMaxName bytes, without half a character at the end.
std::string Cut(const std::string& name) {
  size_t size = std::min(name.size(), kMaxName);
  while (size < name.size() && size > 0 &&
         (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) {
    --size;
  }
  return name.substr(0, size);
}

std::string Words(const std::vector<Role>& roles) {
  return absl::StrJoin(
      roles, " ", [](std::string* out, Role role) { absl::StrAppend(out, type::Role_Name(role)); });
}

std::vector<Role> Roles(const std::string& words) {
  std::vector<Role> roles;
  for (absl::string_view word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    Role role;
    if (type::Role_Parse(std::string(word), &role)) roles.push_back(role);
  }
  return roles;
}

absl::Status Expired() {
  return Error(absl::StatusCode::kUnauthenticated, "SESSION_EXPIRED",
               "The session has ended. Log in again at /login.");
}

// What a provider calls somebody or a login there, unreadable.
std::string Marked(std::string_view provider, std::string_view kind, std::string_view value) {
  return Sha256(std::string(provider) + "|" + std::string(kind) + "|" + std::string(value));
}

absl::Status LoginExpired() {
  return Error(absl::StatusCode::kUnauthenticated, "LOGIN_EXPIRED",
               "This login was begun too long ago, in another browser, or is done already. Begin "
               "again at /login.");
}

// A row before its sealed part is opened.
struct Stored {
  Session session;
  std::string identity;
};

Stored Read(const sql::Row& row) {
  Stored stored;
  Session& session = stored.session;
  Caller& caller = session.profile.caller;
  caller.person = row.String(0);
  session.provider = row.String(1);
  session.profile.roles = Roles(row.String(2));
  type::Role_Parse(row.String(3), &session.role);
  caller.organization = row.String(4);
  caller.municipality_code = row.String(5);
  stored.identity = row.String(6);
  caller.auth_time = row.Time(7);
  session.idle_expiry = row.Time(8);
  session.expiry = row.Time(9);
  return stored;
}

std::string PlaceOf(std::string_view reference_hash) {
  return "session|" + std::string(reference_hash);
}

constexpr char kSelect[] =
    "SELECT person, provider, roles, role, organization, municipality_code, identity, "
    "auth_time, idle_expiry, expiry FROM session "
    "WHERE reference_hash = ? AND idle_expiry > ? AND expiry > ?";

}  // namespace

absl::StatusOr<std::string> Sessions::Insert(const Session& session) {
  const std::string reference = NewToken();
  const std::string hash = Sha256(reference);
  const Caller& caller = session.profile.caller;
  auto connection = pool_.Acquire(clock_.Now() + kBudget);
  if (!connection.ok()) return connection.status();
  const auto inserted = connection->Execute(
      "INSERT INTO session (reference_hash, person, provider, roles, role, organization, "
      "municipality_code, identity, auth_time, idle_expiry, expiry) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {hash, caller.person, session.provider, Words(session.profile.roles),
       type::Role_Name(session.role), caller.organization, caller.municipality_code,
       cipher_.Seal(absl::StrCat(caller.hpr_number, "\n", Cut(caller.display_name)), PlaceOf(hash)),
       caller.auth_time, session.idle_expiry, session.expiry});
  if (!inserted.ok()) return inserted.status();
  return reference;
}

absl::StatusOr<std::string> Sessions::Create(const Profile& profile, std::string_view provider) {
  const absl::Time now = clock_.Now();
  return Insert({profile, profile.roles.front(), std::string(provider), now + kSessionIdle,
                 now + kSessionMost});
}

absl::StatusOr<Session> Sessions::Find(std::string_view reference) {
  const absl::Time now = clock_.Now();
  const std::string hash = Sha256(reference);
  auto connection = pool_.Acquire(now + kBudget);
  if (!connection.ok()) return connection.status();
  auto found = connection->QueryOne(kSelect, {hash, now, now}, Read);
  if (!found.ok()) return found.status();
  if (!*found) return Expired();
  const auto identity = cipher_.Open((*found)->identity, PlaceOf(hash));
  // Sealed with a key that is gone, or moved from another row: nobody's session.
  if (!identity.ok()) return Expired();
  Session session = std::move((*found)->session);
  const std::vector<std::string> parts = absl::StrSplit(*identity, absl::MaxSplits('\n', 1));
  session.profile.caller.hpr_number = parts.front();
  session.profile.caller.display_name = parts.back();
  const absl::Time idle = std::min(now + kSessionIdle, session.expiry);
  if (idle - session.idle_expiry > kTouch) {
    const auto touched = connection->Execute(
        "UPDATE session SET idle_expiry = ? WHERE reference_hash = ?", {idle, hash});
    if (!touched.ok()) return touched.status();
    session.idle_expiry = idle;
  }
  return session;
}

absl::StatusOr<std::string> Sessions::ChooseRole(std::string_view reference,
                                                 std::string_view role) {
  auto session = Find(reference);
  if (!session.ok()) return session.status();
  const auto caller = ActAs(session->profile, role);
  if (!caller.ok()) return caller.status();
  session->role = caller->role;
  auto renewed = Insert(*session);
  if (!renewed.ok()) return renewed;
  if (auto status = MoveLogin(reference, *renewed); !status.ok()) return status;
  if (auto status = End(reference); !status.ok()) return status;
  return renewed;
}

absl::Status Sessions::End(std::string_view reference) {
  auto connection = pool_.Acquire(clock_.Now() + kBudget);
  if (!connection.ok()) return connection.status();
  return connection->Execute("DELETE FROM session WHERE reference_hash = ?", {Sha256(reference)})
      .status();
}

absl::Status Sessions::RememberLogin(std::string_view reference, std::string_view provider,
                                     std::string_view subject, std::string_view sid) {
  auto connection = pool_.Acquire(clock_.Now() + kBudget);
  if (!connection.ok()) return connection.status();
  return connection
      ->Execute(
          "INSERT INTO session_login (reference_hash, subject_hash, sid_hash, expiry) "
          "VALUES (?, ?, ?, ?)",
          {Sha256(reference), Marked(provider, "sub", subject), Marked(provider, "sid", sid),
           clock_.Now() + kSessionMost})
      .status();
}

absl::Status Sessions::MoveLogin(std::string_view from, std::string_view to) {
  auto connection = pool_.Acquire(clock_.Now() + kBudget);
  if (!connection.ok()) return connection.status();
  return connection
      ->Execute("UPDATE session_login SET reference_hash = ? WHERE reference_hash = ?",
                {Sha256(to), Sha256(from)})
      .status();
}

absl::Status Sessions::EndAt(std::string_view provider, std::string_view subject,
                             std::string_view sid) {
  auto connection = pool_.Acquire(clock_.Now() + kBudget);
  if (!connection.ok()) return connection.status();
  const std::string column = sid.empty() ? "subject_hash" : "sid_hash";
  const std::string mark =
      sid.empty() ? Marked(provider, "sub", subject) : Marked(provider, "sid", sid);
  auto ended = connection->Execute(
      "DELETE s FROM session s JOIN session_login l ON l.reference_hash = s.reference_hash WHERE "
      "l." +
          column + " = ?",
      {mark});
  if (ended.ok()) {
    ended = connection->Execute("DELETE FROM session_login WHERE " + column + " = ?", {mark});
  }
  return ended.status();
}

void Sessions::SweepNowAndThen() {
  const int64_t now = absl::ToUnixSeconds(clock_.Now());
  int64_t before = swept_;
  if (now - before < kSweepEvery || !swept_.compare_exchange_strong(before, now)) return;
  if (auto status = Sweep(); !status.ok()) {
    Log(Severity::kWarning, "sweep_failed", {{"why", std::string(status.message())}});
  }
}

absl::Status Sessions::BeginLogin(std::string_view state, std::string_view browser,
                                  const Login& login) {
  SweepNowAndThen();
  auto connection = pool_.Acquire(clock_.Now() + kBudget);
  if (!connection.ok()) return connection.status();
  return connection
      ->Execute(
          "INSERT INTO login (state_hash, browser_hash, provider, nonce, code_verifier, return_to, "
          "expiry) VALUES (?, ?, ?, ?, ?, ?, ?)",
          {Sha256(state), Sha256(browser), login.provider, login.nonce, login.code_verifier,
           login.return_to, clock_.Now() + kLoginMost})
      .status();
}

absl::StatusOr<Login> Sessions::EndLogin(std::string_view state, std::string_view browser) {
  const absl::Time now = clock_.Now();
  const std::string hash = Sha256(state);
  auto connection = pool_.Acquire(now + kBudget);
  if (!connection.ok()) return connection.status();
  auto found = connection->QueryOne(
      "SELECT provider, nonce, code_verifier, return_to FROM login "
      "WHERE state_hash = ? AND browser_hash = ? AND expiry > ?",
      {hash, Sha256(browser), now}, [](const sql::Row& row) {
        return Login{row.String(0), row.String(1), row.String(2), row.String(3)};
      });
  if (!found.ok()) return found.status();
  if (!*found) return LoginExpired();
  // Whoever deletes the row is the one who may use it.
  const auto taken = connection->Execute("DELETE FROM login WHERE state_hash = ?", {hash});
  if (!taken.ok()) return taken.status();
  if (*taken == 0) return LoginExpired();
  return **std::move(found);
}

absl::Status Sessions::Sweep() {
  const absl::Time now = clock_.Now();
  auto connection = pool_.Acquire(now + kBudget);
  if (!connection.ok()) return connection.status();
  auto swept =
      connection->Execute("DELETE FROM session WHERE expiry < ? OR idle_expiry < ?", {now, now});
  for (const char* table : {"login", "session_login"}) {
    if (!swept.ok()) break;
    swept = connection->Execute(absl::StrCat("DELETE FROM ", table, " WHERE expiry < ?"), {now});
  }
  return swept.status();
}

}  // namespace ip::gateway
