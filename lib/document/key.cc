#include "lib/document/key.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"

namespace ip::document {

Key::Key(const crypto::Cipher& ring, std::string_view table, const std::string& name)
    : ring_(&ring), place_(absl::StrCat(std::string(table), "_key|", name)) {}

absl::StatusOr<Key> Key::Of(const crypto::Cipher& ring, std::string_view table,
                            const std::string& name, std::optional<std::string> stored) {
  Key key(ring, table, name);
  if (!stored) return key;
  if (stored->empty()) {
    return Error(absl::StatusCode::kNotFound, "RESOURCE_ERASED",
                 "This was erased by a decision. Nobody can read it any more.");
  }
  auto own = crypto::DataKey::Unwrap(ring, *stored, key.place_);
  if (!own.ok()) return own.status();
  key.own_ = *std::move(own);
  key.stored_ = std::move(stored);
  return key;
}

void Key::MakeOwn() {
  if (own_) return;
  own_ = crypto::DataKey::Make();
  stored_ = own_->Wrap(*ring_, place_);
}

std::string Key::Seal(std::string_view plaintext, std::string_view place) const {
  return own_ ? own_->Seal(plaintext, place) : ring_->Seal(plaintext, place);
}

absl::StatusOr<std::string> Key::Open(std::string_view sealed, std::string_view place) const {
  return own_ && crypto::DataKey::Sealed(sealed) ? own_->Open(sealed, place)
                                                 : ring_->Open(sealed, place);
}

absl::StatusOr<Key> ReadKey(sql::Session& session, const crypto::Cipher& ring,
                            std::string_view table, const std::string& name) {
  auto stored =
      session.QueryOne(absl::StrCat("SELECT data_key FROM ", std::string(table), " WHERE name = ?"),
                       {name}, [](const sql::Row& row) { return row.OptionalString(0); });
  if (!stored.ok()) return stored.status();
  return Key::Of(ring, table, name, stored->value_or(std::nullopt));
}

}  // namespace ip::document
