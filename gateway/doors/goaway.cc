#include "gateway/doors/goaway.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

// grpc_core::Server::SendGoaways(), which libgrpc exports but no public header declares. Weak, so
// that another version without it links all the same.
extern "C" void IpGrpcServerSendGoaways(grpc_server*) __asm__("_ZN9grpc_core6Server11SendGoawaysEv")
    __attribute__((weak));

namespace ip::gateway {

bool SendGoaways(grpc::Server& server) {
  if (IpGrpcServerSendGoaways == nullptr) return false;
  // It has to run inside gRPC's execution context, which only gRPC can make. Letting go of a buffer
  // makes one, and the destructor of the slice in it then runs inside.
  static char nothing = 0;
  grpc::ByteBuffer buffer;
  {
    grpc::Slice slice(
        &nothing, 1,
        [](void* core_server) { IpGrpcServerSendGoaways(static_cast<grpc_server*>(core_server)); },
        server.c_server());
    buffer = grpc::ByteBuffer(&slice, 1);
  }
  buffer.Clear();
  return true;
}

}  // namespace ip::gateway
