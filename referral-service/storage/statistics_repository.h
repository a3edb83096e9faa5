// Numbers about a unit's notices: no person but the unit's own case workers.
#ifndef REFERRAL_SERVICE_STORAGE_STATISTICS_REPOSITORY_H_
#define REFERRAL_SERVICE_STORAGE_STATISTICS_REPOSITORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "lib/document/core.h"

namespace ip::referral {

// Thread-safe.
class StatisticsRepository {
 public:
  virtual ~StatisticsRepository() = default;

  // What is counted.
  struct Question {
    std::string unit;
    absl::CivilDay today;  // in Oslo
    absl::Time from, to;   // submitted in [from, to)
    int soon_days = 0;     // a need that is notified later than this is late
  };
  // Open and overdue notices and load as they are now; outcomes, the median times from need to
  // notice and from notice to coordinator of those submitted in the period. Errors: those of
  // lib/sql.
  virtual absl::StatusOr<individuellplan::referral::v1::GetQueueStatisticsResponse> Get(
      absl::Time deadline, const Question& question) = 0;
};

std::unique_ptr<StatisticsRepository> MakeMysqlStatisticsRepository(const document::Config& config);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_STORAGE_STATISTICS_REPOSITORY_H_
