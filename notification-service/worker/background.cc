#include "notification-service/worker/background.h"

namespace ip::notification {
namespace {

std::vector<std::unique_ptr<FeedReader>> Follow(const Background::Parts& parts, Bell* planned) {
  std::vector<std::unique_ptr<FeedReader>> feeds;
  for (const auto& source : *parts.courier.sources) {
    feeds.push_back(std::make_unique<FeedReader>(source.get(), parts.intake, parts.rules,
                                                 parts.courier.clock, planned));
  }
  return feeds;
}

}  // namespace

Background::Background(const Parts& parts, const CourierOptions& courier,
                       const PostmasterOptions& postmaster, int senders)
    : dispatcher_(parts.courier, courier, senders, parts.queued),
      postmaster_(postmaster, parts.courier.reach, parts.courier.clock),
      planner_({parts.intake, parts.agenda, parts.courier.deliveries, parts.courier.reach,
                parts.rules, parts.courier.clock, &planned_, parts.queued, postmaster.settle_after,
                postmaster_.has_journal()}),
      feeds_(Follow(parts, &planned_)),
      reconciler_(parts.courier.sources, parts.intake, parts.rules, parts.courier.clock,
                  &planned_) {}

}  // namespace ip::notification
