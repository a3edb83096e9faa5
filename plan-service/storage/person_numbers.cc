#include "plan-service/storage/person_numbers.h"

namespace ip::plan {
namespace {

std::string PlaceOf(const std::string& person) { return "person_number|" + person; }

}  // namespace

absl::Status PersonNumbers::Remember(sql::Session& session, const std::string& person,
                                     const auth::NationalId& number) const {
  return session
      .Execute(
          "INSERT INTO person_number (person, number) VALUES (?, ?)"
          " ON DUPLICATE KEY UPDATE number = VALUES(number)",
          {person, cipher_.Seal(number.Reveal(), PlaceOf(person))})
      .status();
}

absl::StatusOr<std::optional<std::string>> PersonNumbers::Find(absl::Time deadline,
                                                               const std::string& person) const {
  auto session = pool_.Acquire(deadline);
  if (!session.ok()) return session.status();
  auto sealed = session->QueryOne("SELECT number FROM person_number WHERE person = ?", {person},
                                  [](const sql::Row& row) { return row.String(0); });
  if (!sealed.ok()) return sealed.status();
  if (!*sealed) return std::optional<std::string>();
  auto number = cipher_.Open(**sealed, PlaceOf(person));
  if (!number.ok()) return number.status();
  return std::optional<std::string>(*std::move(number));
}

}  // namespace ip::plan
