// JSON to messages and back, by the rules of proto3 JSON. Protobuf's own reader takes what is not
// JSON ('single quotes', trailing commas, doubled names) and shrugs at an object where a list
// should be, so the way in is read here: RapidJSON checks every byte, descriptors every field, and
// a mistake is answered with its place. The way out is protobuf's.
#ifndef GATEWAY_DOORS_JSON_H_
#define GATEWAY_DOORS_JSON_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/type_resolver.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ip::gateway {

// Thread-safe; `pool` must outlive it.
class JsonCodec {
 public:
  explicit JsonCodec(const google::protobuf::DescriptorPool* pool);

  // The wire form of the message of type `type` that `json` says; "" is read as {}.
  // Errors: INVALID_ARGUMENT / JSON_MALFORMED naming the position, or INVALID_REQUEST with one
  // violation naming the field. Texts repeat no values.
  absl::StatusOr<std::string> ToWire(const google::protobuf::Descriptor* type,
                                     std::string_view json) const;

  // Errors: INTERNAL when `wire` is no such message.
  absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor* type,
                                     const std::string& wire) const;

 private:
  std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
  mutable google::protobuf::DynamicMessageFactory factory_;
};

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_JSON_H_
