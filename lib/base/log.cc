#include "lib/base/log.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <atomic>
#include <cctype>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace ip {
namespace {

std::string& ServiceName() {
  static std::string name = "unknown";
  return name;
}
std::atomic<Severity> least_severity{Severity::kInfo};

const char* NameOf(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "debug";
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "info";
}

}  // namespace

void InitLog(std::string_view service, Severity least) {
  ServiceName() = std::string(service);
  least_severity = least;
}

std::string MaskNumbers(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < out.size();) {
    size_t end = i;
    while (end < out.size() && std::isdigit(static_cast<unsigned char>(out[end]))) ++end;
    if (end - i == 11) out.replace(i, 11, 11, '*');
    i = end + 1;
  }
  return out;
}

void Log(Severity severity, std::string_view event, std::initializer_list<LogField> fields) {
  if (severity < least_severity.load()) return;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  const auto text = [&writer](std::string_view s) {
    writer.String(s.data(), static_cast<rapidjson::SizeType>(s.size()));
  };
  writer.StartObject();
  text("ts");
  // The log tells when a line was written on this machine, whatever the business clock says.
  text(absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone()));
  text("level");
  text(NameOf(severity));
  text("service");
  text(ServiceName());
  text("event");
  text(event);
  for (const auto& field : fields) {
    text(field.key);
    std::visit(
        [&](const auto& value) {
          using T = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<T, std::string>) text(MaskNumbers(value));
          if constexpr (std::is_same_v<T, int64_t>) writer.Int64(value);
          if constexpr (std::is_same_v<T, double>) writer.Double(value);
          if constexpr (std::is_same_v<T, bool>) writer.Bool(value);
        },
        field.value);
  }
  writer.EndObject();
  std::string line(buffer.GetString(), buffer.GetSize());
  line += '\n';
  // One write per line, so that lines of threads never mix; a full pipe loses the line, not the
  // call.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace ip
