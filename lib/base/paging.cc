#include "lib/base/paging.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"

namespace ip {
namespace {

constexpr size_t kHashBytes = 8;
constexpr char kSeparator = '\x1f';

std::string HashOf(std::string_view arguments) { return Sha256(arguments).substr(0, kHashBytes); }

class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : text_(text) {}

  void SkipSpaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool AtEnd() const { return at_ == text_.size(); }
  bool Take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  std::string Word() {
    const size_t start = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) {
      ++at_;
    }
    return std::string(text_.substr(start, at_ - start));
  }
  // A quoted value without escapes; nothing we filter on holds a quote.
  bool Quoted(std::string& value) {
    if (!Take("\"")) return false;
    const size_t end = text_.find('"', at_);
    if (end == text_.npos) return false;
    value = std::string(text_.substr(at_, end - at_));
    at_ = end + 1;
    return true;
  }
  absl::Status Wrong(std::string_view expected) const {
    return InvalidField(
        "filter", absl::StrCat("at position ", at_ + 1, ": expected ", std::string(expected)));
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

int PageSize(int requested) { return requested <= 0 ? 50 : std::min(requested, 200); }

std::string MakePageToken(const std::vector<std::string>& last, std::string_view arguments) {
  std::string token = HashOf(arguments);
  absl::StrAppend(&token, absl::StrJoin(last, std::string(1, kSeparator)));
  return absl::WebSafeBase64Escape(token);
}

absl::StatusOr<std::vector<std::string>> ReadPageToken(std::string_view token,
                                                       std::string_view arguments) {
  if (token.empty()) return std::vector<std::string>();
  std::string raw;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &raw) ||
      raw.size() < kHashBytes || raw.substr(0, kHashBytes) != HashOf(arguments)) {
    return InvalidField("page_token",
                        "must be the next_page_token of the page before, with the same other "
                        "fields; leave it out to begin anew.");
  }
  std::vector<std::string> last = absl::StrSplit(raw.substr(kHashBytes), kSeparator);
  return last;
}

absl::StatusOr<std::map<std::string, std::string>> ParseFilter(
    std::string_view filter, const std::vector<std::string_view>& fields) {
  std::map<std::string, std::string> terms;
  FilterReader reader(filter);
  reader.SkipSpaces();
  while (!reader.AtEnd()) {
    if (!terms.empty()) {
      if (!reader.Take("AND ")) return reader.Wrong("AND or the end");
      reader.SkipSpaces();
    }
    const FilterReader before = reader;
    const std::string field = reader.Word();
    if (std::find(fields.begin(), fields.end(), field) == fields.end() || terms.contains(field)) {
      return before.Wrong(absl::StrCat(
          "one of ",
          absl::StrJoin(fields, ", ", [](std::string* out, std::string_view f) { out->append(f); }),
          ", each at most once"));
    }
    reader.SkipSpaces();
    if (!reader.Take("=")) return reader.Wrong("=");
    reader.SkipSpaces();
    std::string value;
    if (!reader.Quoted(value)) return reader.Wrong("a value in double quotes");
    terms[field] = std::move(value);
    reader.SkipSpaces();
  }
  return terms;
}

}  // namespace ip
