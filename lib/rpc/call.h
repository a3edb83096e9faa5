// One call in flight: the reactor between gRPC and a handler. Internal to lib/rpc.
#ifndef LIB_RPC_CALL_H_
#define LIB_RPC_CALL_H_

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/rpc/call_context.h"
#include "lib/rpc/dispatcher.h"
#include "lib/rpc/router.h"

namespace ip::rpc {

// NOT_FOUND leaves at a multiple of this after the call's arrival: how long it takes to see that
// something is not the caller's must not tell that it is there (docs/adr/0036).
inline constexpr absl::Duration kNotFoundBeat = absl::Milliseconds(50);

// Lives from the arrival of a call until gRPC says OnDone, then deletes itself.
class Call final : public grpc::ServerGenericBidiReactor {
 public:
  // `method` is null when nobody serves the path.
  Call(Dispatcher* server, grpc::GenericCallbackServerContext* grpc, const Method* method);

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // On a worker's or a stream's own thread: the whole wrapper.
  void Run() { Release(Guarded()); }
  // Opens the gates that the handler has put before its answer, one by one; then answers.
  void Release(const absl::Status& status);
  absl::Status Guarded();
  absl::Status Handle();
  absl::Status Authenticate();
  absl::Status RunStream(const std::function<absl::Status()>& handler);
  bool Parse(google::protobuf::Message& message);
  absl::StatusOr<bool> Read(google::protobuf::Message& message);
  bool Write(const google::protobuf::Message& message);
  bool WaitForWrite();
  // Masks, logs, counts and answers. The call may be gone when it returns.
  void Answer(const absl::Status& status);
  // Finishes, NOT_FOUND on the beat.
  void Refuse(const grpc::Status& status);
  std::string RpcName() const;
  void LogCall(const absl::Status& status, absl::Duration took, const std::string& error_id) const;

  Dispatcher& server_;
  const Method* const method_;
  const absl::Time arrival_;
  std::string peer_;
  CallContext context_;
  bool authenticated_ = false;

  grpc::ByteBuffer in_;
  grpc::ByteBuffer out_;
  std::unique_ptr<google::protobuf::Message> request_;

  bool started_ = false;      // the first message has come
  bool first_taken_ = false;  // and a client stream's handler has it

  std::mutex io_mutex_;
  std::condition_variable io_done_;
  bool read_ok_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool broken_ = false;

  std::optional<grpc::Alarm> beat_;
};

}  // namespace ip::rpc

#endif  // LIB_RPC_CALL_H_
