// JSON to messages of the API. What is taken must survive the way back.
#include <google/protobuf/descriptor.pb.h>

#include <fstream>

#include "gateway/doors/json.h"
#include "tests/fuzz/fuzz.h"

namespace {

const google::protobuf::DescriptorPool& Api() {
  static const auto* pool = [] {
    google::protobuf::FileDescriptorSet set;
    std::ifstream file(IP_API_SET, std::ios::binary);
    ip::fuzz::Must(set.ParseFromIstream(&file));
    auto* made = new google::protobuf::DescriptorPool;
    for (const auto& proto : set.file()) ip::fuzz::Must(made->BuildFile(proto) != nullptr);
    return made;
  }();
  return *pool;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* codec = new ip::gateway::JsonCodec(&Api());
  static const google::protobuf::Descriptor* const kTypes[] = {
      Api().FindMessageTypeByName("individuellplan.referral.v1.CreateNoticeRequest"),
      Api().FindMessageTypeByName("individuellplan.plan.v1.UpdatePlanRequest"),
  };
  for (const auto* type : kTypes) {
    const auto wire = codec->ToWire(type, ip::fuzz::View(data, size));
    if (!wire.ok()) continue;
    const auto json = codec->ToJson(type, *wire);
    ip::fuzz::Must(json.ok());
    const auto again = codec->ToWire(type, *json);
    ip::fuzz::Must(again.ok());
    ip::fuzz::Must(again->size() == wire->size());
  }
  return 0;
}
