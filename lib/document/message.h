// The fields that every aggregate has: name, etag, create_time, update_time.
#ifndef LIB_DOCUMENT_MESSAGE_H_
#define LIB_DOCUMENT_MESSAGE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace ip::document {

// Sets those of the four fields that the message has; the etag follows from name and revision.
void Stamp(google::protobuf::Message& message, std::string_view name, int64_t revision,
           absl::Time create_time, absl::Time update_time);

// For the change function: ETAG_MISMATCH when `etag` is another one than the message's,
// ETAG_REQUIRED when it is empty although `required`.
absl::Status CheckEtag(const google::protobuf::Message& message, std::string_view etag,
                       bool required);

}  // namespace ip::document

#endif  // LIB_DOCUMENT_MESSAGE_H_
