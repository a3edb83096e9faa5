#include "lib/base/fault.h"

#include <signal.h>
#include <stdlib.h>

#include <string>

namespace ip {
namespace {

const std::string& Chosen() {
  static const std::string name = [] {
    const char* set = getenv("IP_FAULT_POINT");
    return std::string(set == nullptr ? "" : set);
  }();
  return name;
}

}  // namespace

void FaultPoint(std::string_view name) {
  if (name == Chosen()) raise(SIGKILL);
}

absl::Status CheckFaultPoint(bool production) {
  if (!production || Chosen().empty()) return absl::OkStatus();
  return absl::FailedPreconditionError("IP_FAULT_POINT is for tests; unset it in production");
}

}  // namespace ip
