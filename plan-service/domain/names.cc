#include "plan-service/domain/names.h"

#include "absl/strings/str_cat.h"
#include "lib/base/id.h"

namespace ip::plan {
namespace {

bool IsId(std::string_view id) {
  return id.size() >= 4 && id.size() <= 63 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == id.npos;
}

// Takes "word/" or a whole last segment off the front.
std::string_view TakeSegment(std::string_view& rest) {
  const size_t slash = rest.find('/');
  const std::string_view segment = rest.substr(0, slash);
  rest = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
  return segment;
}

}  // namespace

std::string PlanOf(std::string_view name) {
  std::string_view rest = name;
  if (TakeSegment(rest) != "plans") return "";
  const std::string_view id = TakeSegment(rest);
  if (!IsId(id)) return "";
  return std::string(name.substr(0, 6 + id.size()));
}

bool IsPlanName(std::string_view name) { return !name.empty() && PlanOf(name) == name; }

bool IsChildName(std::string_view name, std::string_view plan, std::string_view collection) {
  if (name.size() <= plan.size() + 1 || name.substr(0, plan.size()) != plan ||
      name[plan.size()] != '/') {
    return false;
  }
  std::string_view rest = name.substr(plan.size() + 1);
  return TakeSegment(rest) == collection && IsId(rest);
}

std::string NewPlanName(absl::Time now) { return "plans/" + NewId(now); }

std::string NewChildName(std::string_view plan, std::string_view collection, absl::Time now) {
  return std::string(plan) + "/" + std::string(collection) + "/" + NewId(now);
}

}  // namespace ip::plan
