#include "lib/rpc/router.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ip::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using individuellplan::type::v1::MethodRule;

std::string PathOf(std::string_view service, std::string_view method) {
  std::string path = "/";
  path.append(service).append("/").append(method);
  return path;
}

const FieldDescriptor* FieldOf(const Descriptor* message, const char* name,
                               FieldDescriptor::CppType type) {
  const FieldDescriptor* field = message->FindFieldByName(name);
  return field != nullptr && field->cpp_type() == type && !field->is_repeated() ? field : nullptr;
}

}  // namespace

void Router::AddService(std::string_view service) {
  const std::string name(service);
  if (std::find(services_.begin(), services_.end(), name) != services_.end()) return;
  services_.push_back(name);
  const auto* descriptor = DescriptorPool::generated_pool()->FindServiceByName(name);
  if (descriptor == nullptr) {
    mistakes_.push_back(absl::StrCat("there is no service ", name, " in the linked protos"));
    return;
  }
  for (int i = 0; i < descriptor->method_count(); ++i) {
    const MethodDescriptor& rpc = *descriptor->method(i);
    const MethodRule& rule = rpc.options().GetExtension(individuellplan::type::v1::rule);
    if (rule.roles().empty() || rule.action() == individuellplan::type::v1::ACTION_UNSPECIFIED) {
      mistakes_.push_back(absl::StrCat(rpc.full_name(),
                                       " has no complete method rule: give it the option "
                                       "(individuellplan.type.v1.rule) with roles and action"));
    }
    Method& method = methods_[PathOf(name, rpc.name())];
    method.service = name;
    method.name = rpc.name();
    method.rule = rule;
    method.request_prototype =
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(rpc.input_type());
    method.request_id = FieldOf(rpc.input_type(), "request_id", FieldDescriptor::CPPTYPE_STRING);
    method.page_size = FieldOf(rpc.input_type(), "page_size", FieldDescriptor::CPPTYPE_INT32);
  }
}

Method* Router::Claim(std::string_view service, std::string_view method, const Descriptor* request,
                      const Descriptor* response, bool streaming, bool client_streaming) {
  AddService(service);
  const auto found = methods_.find(PathOf(service, method));
  const std::string name = absl::StrCat(std::string(service), ".", std::string(method));
  if (found == methods_.end()) {
    mistakes_.push_back(absl::StrCat("there is no RPC ", name));
    return nullptr;
  }
  const MethodDescriptor* rpc = DescriptorPool::generated_pool()->FindMethodByName(name);
  if (rpc->input_type() != request || rpc->output_type() != response) {
    mistakes_.push_back(absl::StrCat(name, " takes ", rpc->input_type()->full_name(),
                                     " and returns ", rpc->output_type()->full_name(),
                                     ", but its handler takes ", request->full_name(),
                                     " and returns ", response->full_name()));
    return nullptr;
  }
  if (rpc->client_streaming() != client_streaming || rpc->server_streaming() != streaming) {
    mistakes_.push_back(absl::StrCat(name, " cannot be registered as a ",
                                     client_streaming ? "bidi stream"
                                     : streaming      ? "server stream"
                                                      : "unary RPC",
                                     ": the contract says otherwise"));
    return nullptr;
  }
  if (found->second.unary || found->second.streaming()) {
    mistakes_.push_back(absl::StrCat(name, " has two handlers"));
    return nullptr;
  }
  return &found->second;
}

absl::Status Router::status() const {
  if (mistakes_.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrJoin(mistakes_, "; "));
}

const Method* Router::Find(const std::string& path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? nullptr : &found->second;
}

absl::Status Router::Serialize(const google::protobuf::Message& message, grpc::ByteBuffer& out) {
  bool own = false;
  const grpc::Status status =
      grpc::SerializationTraits<google::protobuf::Message>::Serialize(message, &out, &own);
  if (!status.ok()) return absl::InternalError("cannot serialize the response");
  return absl::OkStatus();
}

}  // namespace ip::rpc
