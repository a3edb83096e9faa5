// Where notices lie. Errors of all methods: NOT_FOUND / RESOURCE_NOT_FOUND for a notice that is not
// there, those of lib/document and lib/sql.
#ifndef REFERRAL_SERVICE_STORAGE_NOTICE_REPOSITORY_H_
#define REFERRAL_SERVICE_STORAGE_NOTICE_REPOSITORY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "lib/document/store.h"
#include "referral-service/domain/types.h"
#include "referral-service/storage/statistics_repository.h"

namespace ip::referral {

using Notice = document::Versioned<pb::NeedNotice>;
using ChangedNotice = document::Mutated<pb::NeedNotice>;

// What must not stand in a notice. Absent means: leave as it is.
struct Secrets {
  std::optional<std::string> subject_national_id;
  std::optional<pb::CoordinatorCandidate> candidate;
};

// Which part of a unit's open notices, in the order of the queue: urgency, last day, age.
struct QueueQuery {
  std::string unit;
  absl::CivilDay today;  // decides the signals
  std::optional<State> state;
  std::optional<std::string> assignee;
  std::optional<pb::Clock::Signal> signal;
  std::vector<std::string> after;  // QueuePage::last of the page before
  int limit = 50;
};

struct QueuePage {
  std::vector<pb::QueueItem> items;
  std::vector<std::string> last;  // empty on the last page
};

struct QueueCounts {
  std::map<State, int> by_state;  // open notices
  std::optional<absl::Time> oldest_untaken;
};

// A notice in somebody's list, and where in the list.
struct Listed {
  pb::NeedNotice notice;
  absl::Time create_time;
};

// Thread-safe.
class NoticeRepository {
 public:
  // Pure, and may run twice.
  using Change = std::function<absl::Status(pb::NeedNotice&)>;

  virtual ~NoticeRepository() = default;

  virtual absl::StatusOr<ChangedNotice> Create(const document::Context& ctx,
                                               const std::string& name,
                                               const pb::NeedNotice& notice,
                                               const Secrets& secrets) = 0;
  virtual absl::StatusOr<Notice> Get(absl::Time deadline, const std::string& name) = 0;
  virtual absl::StatusOr<ChangedNotice> Mutate(const document::Context& ctx,
                                               const std::string& name, const Change& change,
                                               const Secrets& secrets = {}) = 0;

  // Changes the notice of the unit that should be looked at next; two callers never get the same.
  // Errors: NOT_FOUND / QUEUE_EMPTY.
  virtual absl::StatusOr<ChangedNotice> TakeNext(const document::Context& ctx,
                                                 const std::string& unit, const Change& change) = 0;

  virtual absl::StatusOr<QueuePage> ListQueue(absl::Time deadline, const QueueQuery& query) = 0;
  // As in the queue, also when it has left it; nothing for a draft.
  virtual absl::StatusOr<std::optional<pb::QueueItem>> GetQueueItem(absl::Time deadline,
                                                                    const std::string& name,
                                                                    absl::CivilDay today) = 0;
  // In a queue of many thousands the counts may be some seconds old, so that a page takes no longer
  // than in a short one.
  virtual absl::StatusOr<QueueCounts> CountQueue(absl::Time deadline, const std::string& unit) = 0;

  // Notices in which one of the parties (parties.h) stands, newest first, older than `before`.
  virtual absl::StatusOr<std::vector<Listed>> ListOf(absl::Time deadline,
                                                     const std::vector<std::string>& parties,
                                                     absl::Time before,
                                                     const std::string& before_name, int limit) = 0;
  // The place of the feed that all present changes lie before or at (lib/outbox).
  virtual absl::StatusOr<int64_t> LastEvent(absl::Time deadline) = 0;

  // Names of a unit's open notices about a person, oldest first, at most 20, and of plans that its
  // closed notices about them have led to.
  virtual absl::StatusOr<std::vector<std::string>> FindOthers(absl::Time deadline,
                                                              const std::string& subject,
                                                              const std::string& unit) = 0;
};

// What a worker needs beside the notices themselves. Thread-safe.
class WorkRepository {
 public:
  virtual ~WorkRepository() = default;

  // A notice that must go a step further; nobody else gets it for `lease`. How often it was taken
  // up since its last step is in `attempts`. Nothing when there is none due.
  struct Work {
    std::string name;
    int attempts = 0;
  };
  virtual absl::StatusOr<std::optional<Work>> Claim(absl::Time deadline, absl::Duration lease) = 0;
  // It is due again after a time, unless a step was made meanwhile.
  virtual absl::Status Postpone(absl::Time deadline, const Work& work, absl::Duration delay) = 0;
  // What was stored with the notice; empty fields for what is not there.
  virtual absl::StatusOr<Secrets> GetSecrets(absl::Time deadline, const std::string& name) = 0;
};

struct Repositories {
  std::unique_ptr<NoticeRepository> notices;
  std::unique_ptr<WorkRepository> work;
  std::unique_ptr<StatisticsRepository> statistics;
};
// On MariaDB. What the config points to must outlive them; `table` and `resource` are set here.
Repositories MakeMysqlRepositories(document::Config config);

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_STORAGE_NOTICE_REPOSITORY_H_
