#include "lib/auth/national_id.h"

#include <algorithm>
#include <optional>
#include <span>

#include "lib/base/errors.h"

namespace ip::auth {
namespace {

using Digits = std::array<int, 11>;
constexpr std::array<int, 10> kWeights1 = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
constexpr std::array<int, 11> kWeights2 = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};

int Remainder(const Digits& digits, std::span<const int> weights) {
  int sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) sum += digits[i] * weights[i];
  return sum % 11;
}

std::optional<Digits> DigitsOf(std::string_view text) {
  Digits out{};
  if (text.size() != out.size()) return std::nullopt;
  for (size_t i = 0; i < out.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    out[i] = text[i] - '0';
  }
  return out;
}

// The month without its synthetic mark, and whether there was one.
std::pair<int, bool> Month(int marked) {
  for (const int mark : {80, 65, 40}) {
    if (marked > mark && marked <= mark + 12) return {marked - mark, true};
  }
  return {marked, false};
}

// The century is unknown, so 29 February is a day in every year that ends like a leap year.
bool IsDay(int day, int month, int year) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap_day = month == 2 && day == 29 && year % 4 == 0;
  return day <= kDays[static_cast<size_t>(month - 1)] || leap_day;
}

absl::Status Refuse(std::string_view reason, std::string_view message) {
  return Error(absl::StatusCode::kInvalidArgument, reason, message);
}

}  // namespace

absl::StatusOr<NationalId> NationalId::Parse(std::string_view text, Numbers numbers) {
  constexpr std::string_view kMalformed =
      "The national identity number is not valid: it must be eleven digits with a date and right "
      "check digits. Look for a typing error.";
  const auto digits = DigitsOf(text);
  if (!digits) return Refuse("NATIONAL_ID_INVALID", kMalformed);
  const Digits& d = *digits;
  const int marked_day = d[0] * 10 + d[1];
  const auto [month, synthetic] = Month(d[2] * 10 + d[3]);
  const bool date_ok =
      IsDay(marked_day > 40 ? marked_day - 40 : marked_day, month, d[4] * 10 + d[5]);
  if (!date_ok || Remainder(d, kWeights1) > 3 || Remainder(d, kWeights2) != 0) {
    return Refuse("NATIONAL_ID_INVALID", kMalformed);
  }
  if (synthetic && numbers == Numbers::kReal) {
    return Refuse(
        "NATIONAL_ID_SYNTHETIC",
        "The national identity number is a synthetic one, which is for test systems only.");
  }
  if (!synthetic && numbers == Numbers::kSynthetic) {
    return Refuse(
        "NATIONAL_ID_REAL",
        "The national identity number is not a synthetic one, and this is a test system. Use "
        "a synthetic person (month + 80), never a real one.");
  }
  NationalId id;
  std::copy(text.begin(), text.end(), id.digits_.begin());
  return id;
}

absl::StatusOr<NationalId> MakeSynthetic(absl::CivilDay birth, int serial) {
  const auto year = birth.year();
  const auto refuse = [] {
    return absl::InvalidArgumentError("MakeSynthetic: year 1900-2039 and a serial from 0 to 299");
  };
  if (year < 1900 || year > 2039 || serial < 0) return refuse();
  const int yy = static_cast<int>(year % 100);
  const int marked_month = birth.month() + 80;
  const int first = year < 2000 ? 0 : 500;
  for (int individual = first; individual < first + 500; ++individual) {
    Digits d = {birth.day() / 10, birth.day() % 10, marked_month / 10, marked_month % 10,
                yy / 10,          yy % 10,          individual / 100,  individual / 10 % 10,
                individual % 10};
    // Old validators know only remainder 0, so these numbers stay with it.
    d[9] = (11 - Remainder(d, std::span(kWeights1).first(9))) % 11;
    d[10] = (11 - Remainder(d, std::span(kWeights2).first(10))) % 11;
    if (d[9] == 10 || d[10] == 10 || serial-- > 0) continue;
    std::string text;
    for (const int digit : d) text += static_cast<char>('0' + digit);
    return NationalId::Parse(text, Numbers::kSynthetic);
  }
  return refuse();
}

}  // namespace ip::auth
