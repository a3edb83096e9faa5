// Server reflection (grpc.reflection.v1 and v1alpha), so that grpcurl and the like can explore the
// contract. Shows the served services and the files they need, nothing else that is in the pool.
#ifndef LIB_RPC_REFLECTION_H_
#define LIB_RPC_REFLECTION_H_

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/async_generic_service.h>

#include <set>
#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace ip::rpc {

class Reflection {
 public:
  // `pool` must outlive it.
  explicit Reflection(const std::vector<std::string>& services,
                      const google::protobuf::DescriptorPool& pool =
                          *google::protobuf::DescriptorPool::generated_pool());

  // Whether `path` is the reflection RPC under one of its two names (same wire format).
  static bool Serves(const std::string& path);
  // The reactor of one such call; deletes itself. `this` must outlive it.
  grpc::ServerGenericBidiReactor* NewReactor() const;

  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& request) const;

 private:
  void Allow(const google::protobuf::FileDescriptor* file);

  const google::protobuf::DescriptorPool& pool_;
  std::vector<std::string> services_;
  std::set<const google::protobuf::FileDescriptor*> files_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_REFLECTION_H_
