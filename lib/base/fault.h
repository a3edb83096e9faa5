// Named places where a test lets the process die as by kill -9, to show that nothing is lost or
// doubled there. tests/fault finds the names in the sources.
#ifndef LIB_BASE_FAULT_H_
#define LIB_BASE_FAULT_H_

#include <string_view>

#include "absl/status/status.h"

namespace ip {

// Kills the process when the environment variable IP_FAULT_POINT holds this name.
void FaultPoint(std::string_view name);

// FAILED_PRECONDITION when a fault point is set in production.
absl::Status CheckFaultPoint(bool production);

}  // namespace ip

#endif  // LIB_BASE_FAULT_H_
