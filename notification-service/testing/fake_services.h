// plan-service and referral-service as notification-service sees them, on real gRPC.
#ifndef NOTIFICATION_SERVICE_TESTING_FAKE_SERVICES_H_
#define NOTIFICATION_SERVICE_TESTING_FAKE_SERVICES_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "individuellplan/type/v1/obligation.pb.h"
#include "lib/rpc/server.h"

namespace ip::notification {

class FakeServices {
 public:
  using Event = individuellplan::type::v1::ObligationEvent;
  using Contact = individuellplan::type::v1::ResolveContactResponse;

  FakeServices();
  ~FakeServices();

  std::string address() const;

  // Adds an event to the feed of plans or notices, by its aggregate.
  void Tell(const Event& event);
  // How a recipient is reached; who is not set has "<id>@example.no" in bokmål.
  void SetContact(const std::string& recipient, const Contact& contact);
  // Ends all running streams.
  void CutStreams();
  // From now on each stream ends after so many events.
  void CutAfter(int events);
  // How often a feed was opened.
  int streams() const;

 private:
  absl::Status Watch(rpc::CallContext& ctx, const std::string& prefix, const std::string& after,
                     rpc::Writer<Event>& writer);
  absl::StatusOr<Event> Obligations(const std::string& aggregate) const;
  Contact Resolve(const individuellplan::type::v1::ResolveContactRequest& request) const;

  mutable absl::Mutex mutex_;
  std::vector<Event> events_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Contact> contacts_ ABSL_GUARDED_BY(mutex_);
  int cuts_ ABSL_GUARDED_BY(mutex_) = 0;
  int cut_after_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: never
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace ip::notification

#endif  // NOTIFICATION_SERVICE_TESTING_FAKE_SERVICES_H_
