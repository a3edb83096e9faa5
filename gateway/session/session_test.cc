#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/session/provider.h"
#include "gateway/session/sessions.h"
#include "gateway/session/url.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/crypto/base64url.h"
#include "lib/crypto/key_ring.h"
#include "lib/testing/mariadb.h"

namespace ip::gateway {
namespace {

namespace type = individuellplan::type::v1;
using ::testing::ElementsAre;

TEST(SafeReturn, LeadsNowhereElse) {
  EXPECT_EQ(SafeReturn("/planer/1?fane=mål"), "/");  // not ASCII: must be encoded
  EXPECT_EQ(SafeReturn("/planer/1?fane=m%C3%A5l#x"), "/planer/1?fane=m%C3%A5l#x");
  EXPECT_EQ(SafeReturn("/"), "/");
  for (const char* hostile :
       {"", "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example",
        "javascript:alert(1)", "evil.example", "/a\r\nSet-Cookie: x=y", "/\tevil", " /x", "/a b"}) {
    EXPECT_EQ(SafeReturn(hostile), "/") << hostile;
  }
  EXPECT_EQ(SafeReturn("/" + std::string(2000, 'a')), "/");
}

TEST(Query, IsDecoded) {
  EXPECT_EQ(QueryParameter("a=1&return=%2Fx%3Fy+z&b=2", "return"), "/x?y z");
  EXPECT_EQ(QueryParameter("return=%zz", "return"), "");
  EXPECT_EQ(QueryParameter("areturn=1", "return"), "");
  EXPECT_EQ(QueryParameter("", "x"), "");
}

auth::PersonIds Persons() {
  return auth::PersonIds(std::string(32, 'k'), auth::Numbers::kSynthetic);
}

Provider HelseId() { return {"helseid", nullptr, "client", "", true, {}}; }

auth::TokenClaims Professional() {
  auth::TokenClaims token;
  token.claims = {{"helseid://claims/identity/pid", "08868300087"},
                  {"helseid://claims/identity/security_level", "4"},
                  {"helseid://claims/client/claims/orgnr_parent", "999990001"},
                  {"name", "Siri Dahle"},
                  {"municipality_code", "4699"},
                  {"roles", {"UNIT_LEADER", "CASE_WORKER", "SERVICE", "SYSTEM", "NONSENSE"}}};
  return token;
}

TEST(Profile, TakesFromAProfessionalWhatTheirProviderMayGive) {
  const auto profile = ProfileOf(Professional(), HelseId(), Persons());
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_THAT(profile->roles, ElementsAre(type::UNIT_LEADER, type::CASE_WORKER));
  EXPECT_EQ(profile->caller.organization, "organizations/999990001");
  EXPECT_EQ(profile->caller.municipality_code, "4699");
  EXPECT_EQ(ActAs(*profile, "")->role, type::UNIT_LEADER);
  EXPECT_EQ(ActAs(*profile, "CASE_WORKER")->role, type::CASE_WORKER);
  for (const char* not_theirs : {"CITIZEN", "SERVICE", "OPERATOR", "nonsense"}) {
    EXPECT_EQ(ReasonOf(ActAs(*profile, not_theirs).status()), "ROLE_NOT_YOURS") << not_theirs;
  }
}

TEST(Profile, NeedsTheHighestLevelAndAWholeIdentity) {
  auto low = Professional();
  low.claims["helseid://claims/identity/security_level"] = "3";
  EXPECT_EQ(ReasonOf(ProfileOf(low, HelseId(), Persons()).status()), "LOGIN_LEVEL_TOO_LOW");
  auto nowhere = Professional();
  nowhere.claims.erase("helseid://claims/client/claims/orgnr_parent");
  EXPECT_EQ(ReasonOf(ProfileOf(nowhere, HelseId(), Persons()).status()), "IDENTITY_INCOMPLETE");
  auto nobody = Professional();
  nobody.claims["helseid://claims/identity/pid"] = "12345678901";
  const auto status = ProfileOf(nobody, HelseId(), Persons()).status();
  EXPECT_EQ(ReasonOf(status), "IDENTITY_INCOMPLETE");
  EXPECT_EQ(status.message().find("12345678901"), absl::string_view::npos);
}

TEST(Profile, TakesATokenWithoutAPersonForASystems) {
  auth::TokenClaims token;
  token.claims = {{"helseid://claims/client/claims/orgnr_parent", "999990002"},
                  {"helseid://claims/client/client_name", "Journal"}};
  const auto profile = ProfileOf(token, HelseId(), Persons());
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_THAT(profile->roles, ElementsAre(type::SYSTEM));
  EXPECT_EQ(profile->caller.person, "");
  // ID-porten vouches for persons only.
  const Provider idporten{"idporten", nullptr, "client", "", false, {}};
  EXPECT_FALSE(ProfileOf(token, idporten, Persons()).ok());
}

TEST(ActingFor, IsAPersonAndForCitizens) {
  const auto reason = [](std::string_view person, type::Role role) {
    return ReasonOf(CheckActingFor(person, role));
  };
  EXPECT_EQ(reason("", type::PRACTITIONER), "");
  EXPECT_EQ(reason("persons/aB-9_x", type::CITIZEN), "");
  EXPECT_EQ(reason("persons/a", type::PRACTITIONER), "ACTING_FOR_INVALID");
  for (const std::string& wrong :
       {std::string("persons/"), std::string("persons"), std::string("p"), std::string("plans/a"),
        std::string("persons/a/b"), std::string("persons/a b"),
        "persons/" + std::string(65, 'a')}) {
    EXPECT_EQ(reason(wrong, type::CITIZEN), "ACTING_FOR_INVALID") << wrong;
  }
}

class TestClock final : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = SystemClock().Now();
};

class SessionsTest : public ::testing::Test {
 protected:
  std::string Create() {
    Profile profile = *ProfileOf(Professional(), HelseId(), Persons());
    profile.caller.auth_time = clock_.now;
    const auto reference = sessions_.Create(profile, "helseid");
    EXPECT_TRUE(reference.ok()) << reference.status();
    return reference.value_or("");
  }
  std::string ReasonFor(std::string_view reference) {
    return ReasonOf(sessions_.Find(reference).status());
  }

  ip::testing::TestDatabase database_{"gateway/migrations"};
  TestClock clock_;
  std::unique_ptr<crypto::KeyRing> keys_ =
      *crypto::KeyRing::Parse("1 " + crypto::ToBase64Url(std::string(32, 's')));
  Sessions sessions_{&database_.pool(), keys_.get(), clock_};
};

TEST_F(SessionsTest, KeepsWhoLoggedIn) {
  const auto session = sessions_.Find(Create());
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->role, type::UNIT_LEADER);
  EXPECT_THAT(session->profile.roles, ElementsAre(type::UNIT_LEADER, type::CASE_WORKER));
  EXPECT_EQ(session->profile.caller.display_name, "Siri Dahle");
  EXPECT_EQ(session->profile.caller.auth_time, clock_.now);
  EXPECT_EQ(ReasonFor("guessed"), "SESSION_EXPIRED");
  EXPECT_EQ(ReasonFor(""), "SESSION_EXPIRED");
}

TEST_F(SessionsTest, ANameIsNotReadableInTheDatabaseAndOpensOnlyInItsOwnRow) {
  const std::string one = Create(), other = Create();
  auto connection = database_.pool().Acquire(SystemClock().Now() + absl::Seconds(10));
  ASSERT_TRUE(connection.ok());
  const auto readable =
      connection->QueryOne("SELECT COUNT(*) FROM session WHERE identity LIKE BINARY '%Dahle%'", {},
                           [](const sql::Row& row) { return row.Int64(0); });
  EXPECT_EQ(**readable, 0);
  EXPECT_EQ(ReasonFor(one), "");
  const auto moved = connection->Execute(
      "UPDATE session a JOIN session b ON b.reference_hash <> a.reference_hash"
      " SET a.identity = b.identity WHERE a.reference_hash = ?",
      {Sha256(one)});
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(ReasonFor(one), "SESSION_EXPIRED");
  EXPECT_EQ(ReasonFor(other), "");
}

TEST_F(SessionsTest, EndsIdleSessionsAndOldOnes) {
  const std::string idle = Create();
  clock_.now += kSessionIdle + absl::Seconds(1);
  EXPECT_EQ(ReasonFor(idle), "SESSION_EXPIRED");

  const std::string busy = Create();
  const absl::Time begin = clock_.now;
  while (clock_.now < begin + kSessionMost - absl::Minutes(20)) {
    ASSERT_EQ(ReasonFor(busy), "") << clock_.now - begin;
    clock_.now += absl::Minutes(20);
  }
  clock_.now = begin + kSessionMost + absl::Seconds(1);
  EXPECT_EQ(ReasonFor(busy), "SESSION_EXPIRED");
}

TEST_F(SessionsTest, ChoosesARoleUnderANewReference) {
  const std::string before = Create();
  const auto after = sessions_.ChooseRole(before, "CASE_WORKER");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(ReasonFor(before), "SESSION_EXPIRED");
  EXPECT_EQ(sessions_.Find(*after)->role, type::CASE_WORKER);
  EXPECT_EQ(ReasonOf(sessions_.ChooseRole(*after, "OPERATOR").status()), "ROLE_NOT_YOURS");
  EXPECT_TRUE(sessions_.End(*after).ok());
  EXPECT_EQ(ReasonFor(*after), "SESSION_EXPIRED");
}

TEST_F(SessionsTest, EndWithTheirLoginAtTheProvider) {
  const std::string one = Create(), two = Create(), other = Create();
  ASSERT_TRUE(sessions_.RememberLogin(one, "helseid", "siri", "login-1").ok());
  ASSERT_TRUE(sessions_.RememberLogin(two, "helseid", "siri", "login-2").ok());
  ASSERT_TRUE(sessions_.RememberLogin(other, "idporten", "siri", "login-1").ok());
  const std::string one_renewed = *sessions_.ChooseRole(one, "CASE_WORKER");
  ASSERT_TRUE(sessions_.EndAt("helseid", "siri", "login-1").ok());
  EXPECT_EQ(ReasonFor(one_renewed), "SESSION_EXPIRED");
  EXPECT_EQ(ReasonFor(two), "");
  ASSERT_TRUE(sessions_.EndAt("helseid", "siri", "").ok());
  EXPECT_EQ(ReasonFor(two), "SESSION_EXPIRED");
  EXPECT_EQ(ReasonFor(other), "") << "another provider's";
}

TEST_F(SessionsTest, LetsALoginEndOnceInItsOwnBrowser) {
  ASSERT_TRUE(sessions_.BeginLogin("state", "browser", {"helseid", "n", "v", "/x"}).ok());
  EXPECT_EQ(ReasonOf(sessions_.EndLogin("state", "another").status()), "LOGIN_EXPIRED");
  EXPECT_EQ(ReasonOf(sessions_.EndLogin("other", "browser").status()), "LOGIN_EXPIRED");
  const auto login = sessions_.EndLogin("state", "browser");
  ASSERT_TRUE(login.ok()) << login.status();
  EXPECT_EQ(login->return_to, "/x");
  EXPECT_EQ(ReasonOf(sessions_.EndLogin("state", "browser").status()), "LOGIN_EXPIRED");

  ASSERT_TRUE(sessions_.BeginLogin("late", "browser", {"helseid", "n", "v", "/x"}).ok());
  clock_.now += kLoginMost + absl::Seconds(1);
  EXPECT_EQ(ReasonOf(sessions_.EndLogin("late", "browser").status()), "LOGIN_EXPIRED");
}

TEST_F(SessionsTest, SweepsWhatHasExpired) {
  Create();
  ASSERT_TRUE(sessions_.BeginLogin("state", "browser", {"helseid", "n", "v", "/x"}).ok());
  clock_.now += kSessionMost + absl::Seconds(1);
  ASSERT_TRUE(sessions_.Sweep().ok());
  auto connection = database_.pool().Acquire(clock_.now + absl::Hours(10));
  ASSERT_TRUE(connection.ok());
  const auto left =
      connection->QueryOne("SELECT (SELECT COUNT(*) FROM session) + (SELECT COUNT(*) FROM login)",
                           {}, [](const sql::Row& row) { return row.Int64(0); });
  EXPECT_EQ(**left, 0);
}

}  // namespace
}  // namespace ip::gateway
