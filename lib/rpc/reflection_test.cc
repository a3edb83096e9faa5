#include "lib/rpc/reflection.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/rpc_method.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include "lib/rpc/testing/probe.h"

namespace ip::rpc {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using ::testing::Contains;
using ::testing::UnorderedElementsAre;

std::vector<std::string> FilesIn(const ServerReflectionResponse& response) {
  std::vector<std::string> names;
  for (const auto& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  return names;
}

TEST(ReflectionTest, ShowsServedServicesWithTheirImports) {
  const Reflection reflection({kProbe});
  ServerReflectionRequest request;
  request.set_file_containing_symbol(kProbe);
  EXPECT_THAT(
      FilesIn(reflection.Answer(request)),
      UnorderedElementsAre("lib/rpc/testing/probe.proto", "individuellplan/type/v1/access.proto",
                           "google/protobuf/descriptor.proto"));
  request.set_file_by_filename("individuellplan/type/v1/access.proto");
  EXPECT_THAT(FilesIn(reflection.Answer(request)),
              Contains("individuellplan/type/v1/access.proto"));
}

TEST(ReflectionTest, HidesWhatIsLinkedButNotServed) {
  const Reflection reflection({});
  for (const char* symbol : {kProbe, "google.rpc.Status", "no.such.Thing"}) {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(symbol);
    EXPECT_EQ(reflection.Answer(request).error_response().error_code(),
              static_cast<int>(grpc::StatusCode::NOT_FOUND))
        << symbol;
  }
}

TEST(ReflectionTest, FindsTheMethodRuleExtension) {
  const Reflection reflection({kProbe});
  ServerReflectionRequest request;
  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  request.mutable_file_containing_extension()->set_extension_number(50101);
  EXPECT_THAT(FilesIn(reflection.Answer(request)),
              Contains("individuellplan/type/v1/access.proto"));
  request.set_all_extension_numbers_of_type("google.protobuf.MethodOptions");
  EXPECT_THAT(reflection.Answer(request).all_extension_numbers_response().extension_number(),
              Contains(50101));
}

// The services that a running server lists, or the code it answers with.
std::string ListOver(Probe& probe, const char* path) {
  grpc::ClientContext context;
  const grpc::internal::RpcMethod method(path, grpc::internal::RpcMethod::BIDI_STREAMING);
  std::unique_ptr<grpc::ClientReaderWriter<ServerReflectionRequest, ServerReflectionResponse>> call(
      grpc::internal::ClientReaderWriterFactory<
          ServerReflectionRequest, ServerReflectionResponse>::Create(probe.channel.get(), method,
                                                                     &context));
  ServerReflectionRequest request;
  request.set_list_services("*");
  std::string names;
  ServerReflectionResponse response;
  for (int i = 0; i < 2 && call->Write(request) && call->Read(&response); ++i) {
    for (const auto& service : response.list_services_response().service()) {
      names += service.name() + " ";
    }
  }
  call->WritesDone();
  const grpc::Status status = call->Finish();
  return status.ok() ? names : std::to_string(status.error_code());
}

Router EmptyProbe() {
  Router router;
  router.AddService(kProbe);
  return router;
}

TEST(ReflectionTest, AnswersUnderBothNames) {
  Probe probe(EmptyProbe());
  const std::string once =
      "individuellplan.testing.v1.ProbeService grpc.reflection.v1.ServerReflection ";
  EXPECT_EQ(ListOver(probe, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
            once + once);
  EXPECT_EQ(ListOver(probe, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"),
            once + once);
}

TEST(ReflectionTest, CanBeTurnedOff) {
  ServerOptions options = TestOptions();
  options.reflection = false;
  Probe probe(EmptyProbe(), options);
  EXPECT_EQ(ListOver(probe, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"),
            std::to_string(grpc::StatusCode::UNIMPLEMENTED));
}

}  // namespace
}  // namespace ip::rpc
