#include "gateway/doors/json.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "absl/strings/str_cat.h"
#include "gateway/doors/json_reader.h"

namespace ip::gateway {
namespace {

constexpr char kTypePrefix[] = "type.googleapis.com";

}  // namespace

JsonCodec::JsonCodec(const google::protobuf::DescriptorPool* pool)
    : resolver_(google::protobuf::util::NewTypeResolverForDescriptorPool(kTypePrefix, pool)) {}

absl::StatusOr<std::string> JsonCodec::ToWire(const google::protobuf::Descriptor* type,
                                              std::string_view json) const {
  if (json.empty()) return "";
  const std::unique_ptr<google::protobuf::Message> message(factory_.GetPrototype(type)->New());
  if (auto status = ReadJson(json, message.get()); !status.ok()) return status;
  return message->SerializeAsString();
}

absl::StatusOr<std::string> JsonCodec::ToJson(const google::protobuf::Descriptor* type,
                                              const std::string& wire) const {
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver_.get(), absl::StrCat(kTypePrefix, "/", type->full_name()), wire, &json);
  if (!status.ok()) return absl::InternalError("a service's answer cannot be said in JSON");
  return json;
}

}  // namespace ip::gateway
