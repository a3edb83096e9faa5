// Identifiers that follow from something else, so that whoever makes one again makes the same.
#ifndef LIB_BASE_DERIVED_ID_H_
#define LIB_BASE_DERIVED_ID_H_

#include <string>
#include <string_view>

namespace ip {

// A UUID version 8 (made by us, from SHA-256) as 36 lower-case characters; the same for the same
// seed, and nobody can tell the seed from it unless they guess it.
std::string DerivedId(std::string_view seed);

}  // namespace ip

#endif  // LIB_BASE_DERIVED_ID_H_
