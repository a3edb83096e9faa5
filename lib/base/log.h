// Structured log: one JSON object per line on standard error. Keys are fixed words, values are
// never personal data; any run of eleven digits is masked in case one slips in.
#ifndef LIB_BASE_LOG_H_
#define LIB_BASE_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ip {

enum class Severity { kDebug, kInfo, kWarning, kError };

using LogValue = std::variant<std::string, int64_t, double, bool>;
struct LogField {
  std::string_view key;
  LogValue value;
};

// Set once in main: the name that stands as "service" in every line, and the least severity
// written.
void InitLog(std::string_view service, Severity least = Severity::kInfo);

// Writes {"ts":…,"level":…,"service":…,"event":event, …fields}.
void Log(Severity severity, std::string_view event, std::initializer_list<LogField> fields = {});

// `text` with each run of exactly eleven digits replaced by "***********".
std::string MaskNumbers(std::string_view text);

}  // namespace ip

#endif  // LIB_BASE_LOG_H_
