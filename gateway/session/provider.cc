#include "gateway/session/provider.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/auth/jose.h"
#include "lib/base/errors.h"

namespace ip::gateway {
namespace {

using auth::StringOf;
using nlohmann::json;

constexpr char kHelsePid[] = "helseid://claims/identity/pid";
constexpr char kHelseLevel[] = "helseid://claims/identity/security_level";
constexpr char kHelseHpr[] = "helseid://claims/hpr/hpr_number";
constexpr char kHelseOrganization[] = "helseid://claims/client/claims/orgnr_parent";
constexpr char kHelseClientName[] = "helseid://claims/client/client_name";
constexpr size_t kMaxPersonId = 64;
constexpr size_t kMaxPurpose = 64;

absl::Status Incomplete(const char* why) {
  return Error(absl::StatusCode::kUnauthenticated, "IDENTITY_INCOMPLETE", why);
}

bool IsDigits(const std::string& s, size_t length) {
  return s.size() == length && s.find_first_not_of("0123456789") == s.npos;
}

std::string Organization(const json& claims) {
  std::string number = StringOf(claims, "organization_number");
  if (number.empty()) number = StringOf(claims, kHelseOrganization);
  return IsDigits(number, 9) ? absl::StrCat("organizations/", number) : "";
}

// What a provider may say of people's roles. SERVICE and SYSTEM are never a person's.
std::vector<Role> ProfessionalRoles(const json& claims) {
  namespace type = individuellplan::type::v1;
  std::vector<Role> roles;
  const auto said = claims.find("roles");
  if (said == claims.end() || !said->is_array()) return {type::PRACTITIONER};
  for (const json& item : *said) {
    Role role = type::ROLE_UNSPECIFIED;
    if (!item.is_string() || !type::Role_Parse(item.get<std::string>(), &role)) continue;
    const bool allowed = role == type::PRACTITIONER || role == type::CASE_WORKER ||
                         role == type::UNIT_LEADER || role == type::OPERATOR;
    if (allowed && std::find(roles.begin(), roles.end(), role) == roles.end()) {
      roles.push_back(role);
    }
  }
  return roles;
}

absl::StatusOr<Profile> SystemProfile(const auth::TokenClaims& token) {
  Profile profile;
  profile.roles = {individuellplan::type::v1::SYSTEM};
  profile.caller.organization = Organization(token.claims);
  profile.caller.display_name = StringOf(token.claims, kHelseClientName);
  if (profile.caller.organization.empty()) {
    return Incomplete("The token does not say for which organisation the system calls.");
  }
  return profile;
}

}  // namespace

absl::StatusOr<Profile> ProfileOf(const auth::TokenClaims& token, const Provider& provider,
                                  const auth::PersonIds& persons) {
  const json& claims = token.claims;
  const std::string pid = StringOf(claims, provider.professionals ? kHelsePid : "pid");
  if (pid.empty() && provider.professionals) return SystemProfile(token);

  Profile profile;
  const auto person = persons.PersonName(pid);
  if (!person.ok()) {
    return Incomplete("The login does not say who you are in a way that is valid here.");
  }
  profile.caller.person = *person;
  profile.caller.display_name = StringOf(claims, "name");
  profile.caller.auth_time = token.auth_time;
  if (!provider.professionals) {
    profile.roles = {individuellplan::type::v1::CITIZEN};
    return profile;
  }
  if (StringOf(claims, kHelseLevel) != "4") {
    return Error(absl::StatusCode::kUnauthenticated, "LOGIN_LEVEL_TOO_LOW",
                 "Log in again at the highest level of assurance.");
  }
  profile.roles = ProfessionalRoles(claims);
  profile.caller.organization = Organization(claims);
  profile.caller.hpr_number = StringOf(claims, kHelseHpr);
  if (const std::string code = StringOf(claims, "municipality_code"); IsDigits(code, 4)) {
    profile.caller.municipality_code = code;
  }
  if (profile.roles.empty() || profile.caller.organization.empty()) {
    return Incomplete("The login does not say in which role and organisation you work.");
  }
  return profile;
}

absl::StatusOr<Caller> ActAs(const Profile& profile, std::string_view role) {
  Caller caller = profile.caller;
  caller.role = profile.roles.front();
  if (role.empty()) return caller;
  const bool known = individuellplan::type::v1::Role_Parse(std::string(role), &caller.role);
  if (known &&
      std::find(profile.roles.begin(), profile.roles.end(), caller.role) != profile.roles.end()) {
    return caller;
  }
  const std::string yours = absl::StrJoin(profile.roles, ", ", [](std::string* out, Role each) {
    absl::StrAppend(out, individuellplan::type::v1::Role_Name(each));
  });
  return PermissionDenied("ROLE_NOT_YOURS",
                          absl::StrCat("The role must be one of yours: ", yours, "."));
}

absl::Status CheckPurpose(std::string_view purpose) {
  const bool plain = std::all_of(purpose.begin(), purpose.end(),
                                 [](unsigned char c) { return c >= ' ' && c != 0x7f; });
  if (plain && purpose.size() <= kMaxPurpose) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, "PURPOSE_INVALID",
               "x-purpose-of-use must be a plain text of at most 64 bytes.");
}

absl::Status CheckActingFor(std::string_view person, Role role) {
  if (person.empty()) return absl::OkStatus();
  const auto wrong = [](std::string_view why) {
    return Error(absl::StatusCode::kInvalidArgument, "ACTING_FOR_INVALID", why);
  };
  if (role != individuellplan::type::v1::CITIZEN) {
    return wrong("x-acting-for is for citizens: nobody represents somebody at work.");
  }
  const std::string_view prefix = "persons/";
  const std::string_view id = person.substr(std::min(prefix.size(), person.size()));
  const bool named =
      person.substr(0, prefix.size()) == prefix && !id.empty() && id.size() <= kMaxPersonId &&
      std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
      });
  if (named) return absl::OkStatus();
  return wrong("x-acting-for must be \"persons/{person}\", as the person's plan names its owner.");
}

}  // namespace ip::gateway
