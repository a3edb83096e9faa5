// Calls to a backend on behalf of the HTTP doors: message bytes in, message bytes out.
#ifndef GATEWAY_DOORS_FORWARD_H_
#define GATEWAY_DOORS_FORWARD_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/doors/backend.h"

namespace ip::gateway {

// A call in flight. It lives on until it is done, whoever lets go of it.
class Forwarded {
 public:
  virtual ~Forwarded() = default;
  // The client has gone. May be called at any time.
  virtual void Cancel() = 0;
};

struct ForwardOptions {
  const Backend& backend;
  const Method& method;
  const Pass& pass;
  const CallRecord& record;
  absl::Time deadline;
};

// `done` is called once, on a thread of gRPC; errors are presentable.
std::shared_ptr<Forwarded> ForwardUnary(
    const ForwardOptions& options, const std::string& request,
    std::function<void(const absl::Status&, std::string response)> done);

// A server stream. `message` gets one message and calls `next` when it wants another (true) or no
// more (false); then `done` is called once.
std::shared_ptr<Forwarded> ForwardStream(
    const ForwardOptions& options, const std::string& request,
    std::function<void(std::string message, std::function<void(bool)> next)> message,
    std::function<void(const absl::Status&)> done);

}  // namespace ip::gateway

#endif  // GATEWAY_DOORS_FORWARD_H_
