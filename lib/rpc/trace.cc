#include "lib/rpc/trace.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/base/id.h"
#include "lib/rpc/spans.h"

namespace ip::rpc {
namespace {

bool IsHex(std::string_view s) {
  return std::all_of(s.begin(), s.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool IsId(std::string_view s) { return IsHex(s) && s.find_first_not_of('0') != s.npos; }

}  // namespace

Trace Trace::Continue(std::string_view header) {
  Trace trace;
  const std::string random = absl::BytesToHexString(RandomBytes(24));
  trace.span_id = random.substr(0, 16);
  // version-trace-span-flags: 2, 32, 16 and 2 hex digits
  const bool shaped = header.size() >= 55 && header[2] == '-' && header[35] == '-' &&
                      header[52] == '-' && (header.size() == 55 || header[55] == '-');
  if (shaped && IsHex(header.substr(0, 2)) && header.substr(0, 2) != "ff" &&
      IsId(header.substr(3, 32)) && IsId(header.substr(36, 16)) && IsHex(header.substr(53, 2))) {
    trace.trace_id = std::string(header.substr(3, 32));
    trace.parent_span = std::string(header.substr(36, 16));
    const char last = header[54];
    trace.sampled = ((last >= 'a' ? last - 'a' + 10 : last - '0') & 1) != 0;
  } else {
    trace.trace_id = random.substr(16);
    trace.sampled = SpansOn();
  }
  return trace;
}

std::string Trace::Header() const {
  return absl::StrCat("00-", trace_id, "-", span_id, sampled ? "-01" : "-00");
}

}  // namespace ip::rpc
