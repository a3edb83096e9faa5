// How the values of one aggregate are sealed (docs/adr/0034): with a key of its own, or with the
// key ring while it has none.
#ifndef LIB_DOCUMENT_KEY_H_
#define LIB_DOCUMENT_KEY_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "lib/crypto/cipher.h"
#include "lib/crypto/data_key.h"
#include "lib/sql/pool.h"

namespace ip::document {

// The ring outlives it.
class Key {
 public:
  // Of an aggregate that has none of its own.
  Key(const crypto::Cipher& ring, std::string_view table, const std::string& name);
  // `stored` is the column data_key of the head of `name` in `table`: NULL for none, empty when it
  // was erased. Errors: NOT_FOUND / RESOURCE_ERASED, and DATA_LOSS when it does not open.
  static absl::StatusOr<Key> Of(const crypto::Cipher& ring, std::string_view table,
                                const std::string& name, std::optional<std::string> stored);

  // What is sealed from now on is sealed with a key of its own; a new one if there is none yet.
  void MakeOwn();

  std::string Seal(std::string_view plaintext, std::string_view place) const;
  // Also what the ring sealed before there was a key. Errors: DATA_LOSS.
  absl::StatusOr<std::string> Open(std::string_view sealed, std::string_view place) const;

  // For the column data_key.
  const std::optional<std::string>& stored() const { return stored_; }

 private:
  const crypto::Cipher* ring_;
  std::string place_;
  std::optional<std::string> stored_;
  std::optional<crypto::DataKey> own_;
};

// The key of what belongs to an aggregate and lies in a table of its own. In the transaction that
// writes the aggregate it is the one that is written. Errors: also those of lib/sql.
absl::StatusOr<Key> ReadKey(sql::Session& session, const crypto::Cipher& ring,
                            std::string_view table, const std::string& name);

}  // namespace ip::document

#endif  // LIB_DOCUMENT_KEY_H_
