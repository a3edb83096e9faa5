#include "lib/rpc/reflection.h"

#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/impl/codegen/proto_utils.h>

namespace ip::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

void AddWithImports(const FileDescriptor* file, std::set<const FileDescriptor*>& seen,
                    grpc::reflection::v1::FileDescriptorResponse& out) {
  if (!seen.insert(file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  out.add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddWithImports(file->dependency(i), seen, out);
}

class ReflectionCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit ReflectionCall(const Reflection& reflection) : reflection_(reflection) {
    StartRead(&in_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    ServerReflectionRequest request;
    if (!grpc::SerializationTraits<ServerReflectionRequest>::Deserialize(&in_, &request).ok()) {
      return Finish({grpc::StatusCode::INVALID_ARGUMENT, "malformed reflection request"});
    }
    bool own = false;
    out_.Clear();
    const auto response = reflection_.Answer(request);
    const auto status =
        grpc::SerializationTraits<ServerReflectionResponse>::Serialize(response, &out_, &own);
    if (!status.ok()) return Finish(status);
    StartWrite(&out_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&in_);
  }
  void OnDone() override { delete this; }

 private:
  const Reflection& reflection_;
  grpc::ByteBuffer in_;
  grpc::ByteBuffer out_;
};

}  // namespace

Reflection::Reflection(const std::vector<std::string>& services, const DescriptorPool& pool)
    : pool_(pool), services_(services) {
  services_.emplace_back("grpc.reflection.v1.ServerReflection");
  for (const auto& name : services_) {
    if (const auto* service = pool_.FindServiceByName(name)) Allow(service->file());
  }
}

void Reflection::Allow(const FileDescriptor* file) {
  if (!files_.insert(file).second) return;
  for (int i = 0; i < file->dependency_count(); ++i) Allow(file->dependency(i));
}

bool Reflection::Serves(const std::string& path) {
  return path == "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" ||
         path == "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
}

grpc::ServerGenericBidiReactor* Reflection::NewReactor() const { return new ReflectionCall(*this); }

ServerReflectionResponse Reflection::Answer(const ServerReflectionRequest& request) const {
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;

  const auto refuse = [&response](grpc::StatusCode code, const char* message) {
    response.mutable_error_response()->set_error_code(code);
    response.mutable_error_response()->set_error_message(message);
  };
  const auto answer_file = [&](const FileDescriptor* file) {
    if (file == nullptr || files_.count(file) == 0) {
      return refuse(grpc::StatusCode::NOT_FOUND, "not found among the served services");
    }
    std::set<const FileDescriptor*> seen;
    AddWithImports(file, seen, *response.mutable_file_descriptor_response());
  };

  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const auto& name : services_) {
        response.mutable_list_services_response()->add_service()->set_name(name);
      }
      break;
    case ServerReflectionRequest::kFileByFilename:
      answer_file(pool_.FindFileByName(request.file_by_filename()));
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      answer_file(pool_.FindFileContainingSymbol(request.file_containing_symbol()));
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const Descriptor* type = pool_.FindMessageTypeByName(wanted.containing_type());
      const FieldDescriptor* field =
          type == nullptr ? nullptr : pool_.FindExtensionByNumber(type, wanted.extension_number());
      answer_file(field == nullptr ? nullptr : field->file());
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      const Descriptor* type = pool_.FindMessageTypeByName(request.all_extension_numbers_of_type());
      if (type == nullptr) {
        refuse(grpc::StatusCode::NOT_FOUND, "not found among the served services");
        break;
      }
      auto& out = *response.mutable_all_extension_numbers_response();
      out.set_base_type_name(type->full_name());
      std::vector<const FieldDescriptor*> fields;
      pool_.FindAllExtensions(type, &fields);
      for (const auto* field : fields) {
        if (files_.count(field->file()) != 0) out.add_extension_number(field->number());
      }
      break;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      refuse(grpc::StatusCode::INVALID_ARGUMENT, "the request asks for nothing");
  }
  return response;
}

}  // namespace ip::rpc
