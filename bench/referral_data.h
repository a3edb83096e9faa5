// Need notices for the benchmarks.
#ifndef BENCH_REFERRAL_DATA_H_
#define BENCH_REFERRAL_DATA_H_

#include <string>

#include "bench/suite.h"
#include "individuellplan/referral/v1/need_notice.pb.h"

namespace ip::bench {

// The unit whose queue is left to raw loops.
inline constexpr char kRawUnit[] = "units/lyngnes";

// Whoever sends the notices, and what they send about a person of kMunicipality.
Caller GeneralPractitioner(const Suite& suite);
individuellplan::referral::v1::NeedNotice NewNotice();

// Fills an empty schema with submitted notices: `written` ones in kUnit's queue by the service's
// own repository, then `copied` ones behind them and `for_raw` ones in kRawUnit's as copies of a
// written one's rows (notice, notice_queue, notice_party), which nobody opens.
void LoadNotices(const Suite& suite, const std::string& schema, int64_t written, int64_t copied,
                 int64_t for_raw);

}  // namespace ip::bench

#endif  // BENCH_REFERRAL_DATA_H_
