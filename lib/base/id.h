// Identifiers: made by the server, opaque to everyone else.
#ifndef LIB_BASE_ID_H_
#define LIB_BASE_ID_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ip {

// A new UUID version 7 as 36 lower-case characters; ids made later sort later.
std::string NewId(absl::Time now);

// Whether a client's own id has the form of a UUID: 36 characters, whatever their case.
bool IsUuid(std::string_view s);

// `n` bytes from the system's random source.
std::string RandomBytes(size_t n);

// An opaque URL-safe token with `bytes` * 8 bits of entropy.
std::string NewToken(size_t bytes = 32);

// The SHA-256 of `data`: 32 raw bytes.
std::string Sha256(std::string_view data);

// An etag for a version of something: a quoted, opaque string that changes with every write.
std::string MakeEtag(std::string_view name, long long version);

}  // namespace ip

#endif  // LIB_BASE_ID_H_
