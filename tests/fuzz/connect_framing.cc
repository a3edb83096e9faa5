// Connect and gRPC-Web: content type (first line), time-outs, envelopes.
#include "gateway/doors/connect_wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ip::gateway;  // NOLINT
  std::string_view rest = ip::fuzz::View(data, size);
  const std::string_view line = ip::fuzz::TakeLine(rest);
  DressOf(line);
  if (const auto time = ConnectTimeout(line); time.ok()) {
    ip::fuzz::Must(*time >= absl::ZeroDuration());
  }
  if (const auto time = GrpcTimeout(line); time.ok()) {
    ip::fuzz::Must(*time >= absl::ZeroDuration());
  }
  const auto message = OpenEnvelope(rest);
  if (message.ok()) ip::fuzz::Must(Envelope(*message) == rest);
  const auto again = OpenEnvelope(Envelope(rest));
  ip::fuzz::Must(again.ok() && *again == rest);
  return 0;
}
