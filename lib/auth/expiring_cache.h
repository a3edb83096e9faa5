// A bounded memory of things that hold until an instant. Thread-safe.
#ifndef LIB_AUTH_EXPIRING_CACHE_H_
#define LIB_AUTH_EXPIRING_CACHE_H_

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace ip::auth {

template <class Value>
class ExpiringCache {
 public:
  explicit ExpiringCache(size_t capacity) : capacity_(capacity) {}

  std::optional<Value> Find(const std::string& key, absl::Time now) const {
    const std::lock_guard lock(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end() || it->second.expires <= now) return std::nullopt;
    return it->second.value;
  }

  // When full even without the expired, everything is forgotten: good for answers that can be found
  // again, not for a memory of what must not happen twice (see Add).
  void Put(const std::string& key, Value value, absl::Time expires, absl::Time now) {
    const std::lock_guard lock(mutex_);
    if (Full(now)) entries_.clear();
    entries_.insert_or_assign(key, Entry{std::move(value), expires});
  }

  enum class Added { kNew, kKnown, kFull };

  // Remembers `key` unless it is known already; never forgets a living one.
  Added Add(const std::string& key, Value value, absl::Time expires, absl::Time now) {
    const std::lock_guard lock(mutex_);
    const auto it = entries_.find(key);
    if (it != entries_.end() && it->second.expires > now) return Added::kKnown;
    if (Full(now)) return Added::kFull;
    entries_.insert_or_assign(key, Entry{std::move(value), expires});
    return Added::kNew;
  }

 private:
  struct Entry {
    Value value;
    absl::Time expires;
  };

  bool Full(absl::Time now) {
    if (entries_.size() < capacity_) return false;
    absl::erase_if(entries_, [now](const auto& entry) { return entry.second.expires <= now; });
    return entries_.size() >= capacity_;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  absl::flat_hash_map<std::string, Entry> entries_;
};

}  // namespace ip::auth

#endif  // LIB_AUTH_EXPIRING_CACHE_H_
