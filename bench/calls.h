// The calls of a working day, as professionals' clients send them to the gateway.
#ifndef BENCH_CALLS_H_
#define BENCH_CALLS_H_

#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "bench/grpc_load.h"
#include "bench/plan_data.h"
#include "lib/auth/jose.h"

namespace ip::bench {

class Calls {
 public:
  // How often each kind of operation comes, of 100.
  struct Mix {
    const char* name;
    int get_plan, attention, my_activities, my_notifications, check_plan, update_activity, queue,
        send_notice, take_next;
  };

  // Callers are the coordinators of the loaded plans, ten case workers and a practice; their tokens
  // are made with the key of the benchmark's own issuer and last for the whole run.
  Calls();

  // Not thread-safe.
  Operation Next(const Mix& mix);

 private:
  std::string Token(int64_t person, const char* role, const char* organization) const;
  Operation OfPlan(const char* method, const StoredPlan& plan) const;
  Operation UpdateActivity(const StoredPlan& plan);
  Operation SendNotice();
  Operation TakeNext(const std::string& token) const;

  const Suite suite_;
  const auth::Jwk key_;
  const std::vector<StoredPlan> plans_;
  std::vector<std::string> coordinators_, case_workers_;
  std::string practice_;
  std::mt19937 random_{1};
  int64_t serial_;
};

// People come to work: they look at what waits for them and at plans, and some write.
inline constexpr Calls::Mix kMondayMorning{"monday", 40, 12, 12, 10, 3, 9, 6, 5, 3};
// Every hospital and practice sends notices at once, and the units take them.
inline constexpr Calls::Mix kNationalPeak{"peak", 20, 4, 4, 4, 0, 8, 15, 30, 15};

}  // namespace ip::bench

#endif  // BENCH_CALLS_H_
