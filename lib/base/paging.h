// What all List methods share: page sizes, page tokens and the small filter language.
#ifndef LIB_BASE_PAGING_H_
#define LIB_BASE_PAGING_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ip {

// How many rows to answer with: 50 when the client did not say, 200 at most.
int PageSize(int requested);

// An opaque, URL-safe token for the page behind `last`: the sort key and id of the last row, in the
// list's own order. `arguments` is everything the next request must repeat (caller, filter, order,
// parent), joined by the list in any way of its own. A token gives no rights.
std::string MakePageToken(const std::vector<std::string>& last, std::string_view arguments);

// What MakePageToken was given; empty for an empty token, i.e. the first page.
// Errors: INVALID_ARGUMENT naming page_token when it was made with other arguments or not by us.
absl::StatusOr<std::vector<std::string>> ReadPageToken(std::string_view token,
                                                       std::string_view arguments);

// The terms of `field = "value" AND other = "value"`; each field once, empty for an empty filter.
// Errors: INVALID_ARGUMENT naming filter, the position and what was expected there.
absl::StatusOr<std::map<std::string, std::string>> ParseFilter(
    std::string_view filter, const std::vector<std::string_view>& fields);

}  // namespace ip

#endif  // LIB_BASE_PAGING_H_
