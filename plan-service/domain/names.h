// Resource names of a plan and the things in it.
#ifndef PLAN_SERVICE_DOMAIN_NAMES_H_
#define PLAN_SERVICE_DOMAIN_NAMES_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace ip::plan {

// "plans/{plan}" of the plan itself or of anything in it; "" when `name` is malformed.
std::string PlanOf(std::string_view name);

// Whether `name` is "plans/{plan}" and nothing more.
bool IsPlanName(std::string_view name);

// Whether `name` is "{plan}/{collection}/{id}" for the plan's own collection.
bool IsChildName(std::string_view name, std::string_view plan, std::string_view collection);

// A new "plans/{plan}", or a new name in one of the plan's collections.
std::string NewPlanName(absl::Time now);
std::string NewChildName(std::string_view plan, std::string_view collection, absl::Time now);

// The element with that name in a repeated field; nullptr when there is none.
template <class Items>
auto* FindByName(Items& items, std::string_view name) {
  for (auto& item : items) {
    if (item.name() == name) return &item;
  }
  return static_cast<decltype(&*items.begin())>(nullptr);
}

}  // namespace ip::plan

#endif  // PLAN_SERVICE_DOMAIN_NAMES_H_
