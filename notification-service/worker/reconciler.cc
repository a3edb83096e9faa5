#include "notification-service/worker/reconciler.h"

#include <algorithm>

#include "lib/base/log.h"
#include "lib/base/metrics.h"

namespace ip::notification {
namespace {

constexpr absl::Duration kLook = absl::Seconds(30);
constexpr absl::Duration kAgain = absl::Minutes(10);
constexpr int kPage = 500;
constexpr absl::Duration kNight = absl::Hours(3);

void Show(const Reconciled& found) {
  static auto& family = prometheus::BuildGauge()
                            .Name("ip_notify_reconciled")
                            .Help("Plans and notices by what the last nightly comparison found")
                            .Register(Metrics());
  const std::pair<const char*, int> results[] = {{"same", found.same},
                                                 {"behind", found.behind},
                                                 {"drift", found.drift},
                                                 {"gone", found.gone},
                                                 {"failed", found.failed}};
  for (const auto& [result, count] : results) family.Add({{"result", result}}).Set(count);
  Log(found.drift > 0 ? Severity::kWarning : Severity::kInfo, "reconciled",
      {{"same", int64_t{found.same}},
       {"behind", int64_t{found.behind}},
       {"drift", int64_t{found.drift}},
       {"gone", int64_t{found.gone}},
       {"failed", int64_t{found.failed}}});
}

}  // namespace

Reconciler::Reconciler(const Sources* sources, IntakeRepository* intake, const Rules* rules,
                       const Clock* clock, Bell* planned)
    : sources_(*sources),
      intake_(*intake),
      rules_(*rules),
      clock_(*clock),
      planned_(*planned),
      thread_([this] { Run(); }) {}

Reconciler::~Reconciler() {
  stop_.Stop();
  thread_.join();
}

void Reconciler::Run() {
  absl::CivilDay done;
  int seen = 0;
  // The first look is after a moment: at a start the feeds are to catch up first.
  absl::Duration pause = kLook;
  while (stop_.Wait(pause, seen)) {
    const absl::CivilDay night = OsloDay(clock_.Now() - kNight);
    if (night == done) continue;
    const Reconciled found = Compare();
    Show(found);
    if (found.failed == 0) done = night;
    pause = found.failed == 0 ? kLook : kAgain;
  }
}

Reconciled Reconciler::Compare() {
  Reconciled found;
  std::string last;
  while (!stop_.stopped()) {
    const auto names = intake_.Names(last, kPage);
    if (!names.ok()) {
      ++found.failed;
      return found;
    }
    for (const std::string& name : *names) CompareOne(name, found);
    if (names->size() < kPage) break;
    last = names->back();
  }
  if (found.drift + found.behind > 0) planned_.Ring();
  return found;
}

void Reconciler::CompareOne(const std::string& name, Reconciled& found) {
  if (stop_.stopped()) return;
  const auto source =
      std::find_if(sources_.begin(), sources_.end(), [&](const auto& s) { return s->Owns(name); });
  if (source == sources_.end()) return;
  const auto truth = (*source)->Obligations(name);
  if (absl::IsNotFound(truth.status())) {
    ++found.gone;
    return;
  }
  const absl::Time now = clock_.Now();
  const auto agreement = truth.ok() ? intake_.Reconcile(*truth, rules_.On(OsloDay(now)), now)
                                    : absl::StatusOr<Agreement>(truth.status());
  if (!agreement.ok()) {
    ++found.failed;
  } else if (*agreement == Agreement::kSame) {
    ++found.same;
  } else {
    ++(*agreement == Agreement::kBehind ? found.behind : found.drift);
  }
}

}  // namespace ip::notification
