// Mails that are due, for the benchmarks.
#ifndef BENCH_NOTIFY_DATA_H_
#define BENCH_NOTIFY_DATA_H_

#include <string>

#include "bench/suite.h"
#include "notification-service/domain/rules.h"

namespace ip::bench {

notification::Rules ReminderRules();

// A working day at noon not long ago: when mails of every class may go.
absl::Time Noon();

// An event with what a plan of some weeks brings: evaluation, three activities, an answer that is
// waited for.
notification::ObligationEvent PlanEvent(const std::string& aggregate, int64_t revision);

// Adds `count` mails that are due from `due` on, each with its slot, to different people: copies of
// one that the service's own repositories planned and bound. `block` (0-99) keeps several calls
// apart; the copies' bounce tokens begin with BlockPrefix(block).
void LoadMails(const Suite& suite, const std::string& schema, int block, int64_t count,
               absl::Time due);
std::string BlockPrefix(int block);

}  // namespace ip::bench

#endif  // BENCH_NOTIFY_DATA_H_
