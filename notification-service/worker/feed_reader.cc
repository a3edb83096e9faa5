#include "notification-service/worker/feed_reader.h"

#include <algorithm>
#include <exception>

#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/base/metrics.h"

namespace ip::notification {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(3);

prometheus::Counter& EventsOf(const std::string& source) {
  static auto& family = prometheus::BuildCounter()
                            .Name("ip_notify_feed_events_total")
                            .Help("Events taken in from the change feeds")
                            .Register(Metrics());
  return family.Add({{"source", source}});
}

// How late events are taken in, and whether the feed is being followed at all.
void ShowLag(const std::string& source, const Source::Event& event, absl::Time now) {
  static auto& family = prometheus::BuildGauge()
                            .Name("ip_notify_feed_lag_seconds")
                            .Help("Age of the last event of a feed when it was taken in")
                            .Register(Metrics());
  if (!event.has_create_time()) return;
  const absl::Time made = absl::FromUnixSeconds(event.create_time().seconds());
  family.Add({{"source", source}}).Set(std::max(0.0, absl::ToDoubleSeconds(now - made)));
}

void ShowFollowing(const std::string& source, bool following) {
  static auto& family = prometheus::BuildGauge()
                            .Name("ip_notify_feed_followed")
                            .Help("1 while a change feed is being followed")
                            .Register(Metrics());
  family.Add({{"source", source}}).Set(following ? 1 : 0);
}

}  // namespace

FeedReader::FeedReader(Source* source, IntakeRepository* intake, const Rules* rules,
                       const Clock* clock, Bell* planned)
    : source_(*source),
      intake_(*intake),
      rules_(*rules),
      clock_(*clock),
      planned_(*planned),
      thread_([this] { Run(); }) {}

FeedReader::~FeedReader() {
  stop_.Stop();
  source_.Cancel();
  thread_.join();
}

void FeedReader::Run() {
  absl::Duration pause = kFirstPause;
  int seen = 0;
  while (!stop_.stopped()) {
    pause = Follow() ? kFirstPause : std::min(pause * 2, kLongestPause);
    if (!stop_.Wait(pause, seen)) return;
  }
}

bool FeedReader::Follow() {
  bool any = false;
  absl::StatusOr<std::string> cursor = intake_.Cursor(source_.name());
  absl::Status status = cursor.status();
  if (status.ok()) {
    absl::Status stored;
    const auto heard = [this] { ShowFollowing(source_.name(), true); };
    status = source_.Watch(anew_ ? "" : *cursor, heard, [&](const Source::Event& event) {
      const absl::Time now = clock_.Now();
      auto applied = intake_.Apply(source_.name(), event, rules_.On(OsloDay(now)), now);
      stored = applied.status();
      if (!stored.ok()) return false;
      any = true;
      anew_ = false;
      EventsOf(source_.name()).Increment();
      ShowLag(source_.name(), event, now);
      if (*applied) planned_.Ring();
      return true;
    });
    if (!stored.ok()) status = stored;
  }
  ShowFollowing(source_.name(), false);
  if (stop_.stopped()) return any;
  // The feed was put back to an earlier state. Events hold states, so beginning anew is safe.
  if (absl::IsOutOfRange(status) || ReasonOf(status) == "CURSOR_INVALID") anew_ = true;
  Log(Severity::kWarning, "feed_interrupted",
      {{"source", source_.name()},
       {"code", std::string(absl::StatusCodeToString(status.code()))},
       {"reason", ReasonOf(status)}});
  return any;
}

}  // namespace ip::notification
