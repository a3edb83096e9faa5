// What can be bound to a "?" in a statement.
#ifndef LIB_SQL_VALUE_H_
#define LIB_SQL_VALUE_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ip::sql {

// Text and bytes are both std::string. A Time is stored in UTC with microseconds (finer parts are
// cut off) and must be finite; an empty optional is NULL.
class Value {
 public:
  using Storage =
      std::variant<std::nullptr_t, bool, int64_t, double, std::string, absl::Time, absl::CivilDay>;

  Value(std::nullptr_t) : storage_(nullptr) {}
  Value(std::nullopt_t) : storage_(nullptr) {}
  Value(bool v) : storage_(v) {}
  template <class T>
  requires((std::integral<T> && !std::same_as<T, bool>) || std::is_enum_v<T>) Value(T v)
      : storage_(static_cast<int64_t>(v)) {}
  Value(double v) : storage_(v) {}
  Value(std::string v) : storage_(std::move(v)) {}
  Value(std::string_view v) : storage_(std::string(v)) {}
  Value(absl::string_view v) : storage_(std::string(v.data(), v.size())) {}
  Value(const char* v) : storage_(std::string(v)) {}
  Value(absl::Time v) : storage_(v) {}
  Value(absl::CivilDay v) : storage_(v) {}
  template <class T>
  Value(const std::optional<T>& v) : storage_(v ? Value(*v).storage_ : Storage(nullptr)) {}

  const Storage& storage() const { return storage_; }

 private:
  Storage storage_;
};

using Values = std::vector<Value>;

}  // namespace ip::sql

#endif  // LIB_SQL_VALUE_H_
