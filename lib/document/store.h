// Aggregates as encrypted documents, one per revision (docs/architecture: decisions 1-3).
//
// Each change writes, in one transaction: the new revision, the head, the projection rows, the
// request id and the outbox event. Nothing is overwritten. Names are ASCII; what is no such name is
// NOT_FOUND. Errors of all methods: NOT_FOUND / RESOURCE_NOT_FOUND, those of lib/sql, and DATA_LOSS
// when a document does not open where it lies.
#ifndef LIB_DOCUMENT_STORE_H_
#define LIB_DOCUMENT_STORE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/document/core.h"
#include "lib/document/message.h"

namespace ip::document {

template <class M>
struct Versioned {
  M message;
  int64_t revision = 0;
};

template <class M>
struct Mutated {
  M message;
  int64_t revision = 0;
  std::string result;     // what the change answered, e.g. the name of the child it made
  bool replayed = false;  // the call had been carried out before; message is as it was then
};

// What a service adds. Both may be empty, and may run twice for one change.
template <class M>
struct Hooks {
  // Writes the rows that questions need; `before` is null when the aggregate is created.
  std::function<absl::Status(sql::Session&, const M& now, const M* before, int64_t revision)>
      project;
  // What other services may learn of it: the payload of an outbox entry, or nothing.
  std::function<std::optional<std::string>(const M& now, int64_t revision)> event;
};

// Thread-safe. M is a protobuf message; its fields name, etag, create_time and update_time, as far
// as it has them, are set by the store.
template <class M>
class Store {
 public:
  // Pure, and may run twice. Answers a name for Mutated::result, or the error that ends the call.
  using Change = std::function<absl::StatusOr<std::string>(M&)>;

  Store(Config config, Hooks<M> hooks) : core_(std::move(config)), hooks_(std::move(hooks)) {}

  absl::StatusOr<Versioned<M>> Get(absl::Time deadline, const std::string& name) const {
    return Read(core_.Get(deadline, name));
  }
  absl::StatusOr<Versioned<M>> GetRevision(absl::Time deadline, const std::string& name,
                                           int64_t revision) const {
    return Read(core_.GetRevision(deadline, name, revision));
  }
  // What held at an instant of business time.
  absl::StatusOr<Versioned<M>> GetAsOf(absl::Time deadline, const std::string& name,
                                       absl::Time time) const {
    return Read(core_.GetAsOf(deadline, name, time));
  }
  // The history, newest first: revisions below `before`. Empty for an unknown name.
  absl::StatusOr<std::vector<RevisionInfo>> ListRevisions(
      absl::Time deadline, const std::string& name, int limit,
      int64_t before = std::numeric_limits<int64_t>::max()) const {
    return core_.ListRevisions(deadline, name, before, limit);
  }

  // The only way to change an aggregate. A repetition (same actor and request id) gets what the
  // first call got. Errors: what `change` answers; REQUEST_ID_REUSED; ABORTED when it lost against
  // others each time; UNAVAILABLE / COMMIT_OUTCOME_UNKNOWN when even the request id could not
  // settle it.
  absl::StatusOr<Mutated<M>> Mutate(const Context& ctx, const std::string& name,
                                    const Change& change) const {
    return Write(ctx, name, Core::Mode::kChange, M(), change);
  }

  // Likewise for a name that `pick` finds in the same transaction, e.g. the head of a queue with
  // FOR UPDATE SKIP LOCKED. Errors: also those of `pick`.
  absl::StatusOr<Mutated<M>> MutateNext(const Context& ctx, const Pick& pick,
                                        const Change& change) const {
    return Write(ctx, "", Core::Mode::kChange, M(), change, pick);
  }

  // Likewise; the result is the name. A repetition may come with another name: the first one
  // counts. Errors: ALREADY_EXISTS / RESOURCE_ALREADY_EXISTS.
  absl::StatusOr<Mutated<M>> Create(const Context& ctx, const std::string& name,
                                    const M& initial) const {
    return Write(ctx, name, Core::Mode::kCreate, initial, [&name](M&) { return name; });
  }

 private:
  static absl::Status Parse(const std::string& bytes, M& message) {
    if (message.ParseFromString(bytes)) return absl::OkStatus();
    return absl::DataLossError("A stored document cannot be read.");
  }

  static absl::StatusOr<Versioned<M>> Read(absl::StatusOr<Record> record) {
    if (!record.ok()) return record.status();
    Versioned<M> versioned;
    versioned.revision = record->revision;
    if (absl::Status status = Parse(record->bytes, versioned.message); !status.ok()) return status;
    return versioned;
  }

  absl::StatusOr<Core::Draft> Make(const Record* before, const Record& next, const M& initial,
                                   const Change& change, std::shared_ptr<M>& made) const {
    auto old = before == nullptr ? nullptr : std::make_shared<M>();
    if (old != nullptr) {
      if (absl::Status status = Parse(before->bytes, *old); !status.ok()) return status;
    }
    auto now = std::make_shared<M>(old == nullptr ? initial : *old);
    absl::StatusOr<std::string> result = change(*now);
    if (!result.ok()) return result.status();
    Stamp(*now, next.name, next.revision, next.create_time, next.update_time);

    made = now;
    Core::Draft draft;
    draft.bytes = now->SerializeAsString();
    draft.result = *std::move(result);
    if (hooks_.event) draft.event = hooks_.event(*now, next.revision);
    if (hooks_.project) {
      draft.project = [this, now, old, revision = next.revision](sql::Session& session) {
        return hooks_.project(session, *now, old.get(), revision);
      };
    }
    return draft;
  }

  absl::StatusOr<Mutated<M>> Write(const Context& ctx, const std::string& name, Core::Mode mode,
                                   const M& initial, const Change& change,
                                   const Pick& pick = nullptr) const {
    std::shared_ptr<M> made;
    const auto make = [&](const Record* before, const Record& next) {
      return Make(before, next, initial, change, made);
    };
    auto written = core_.Write(ctx, name, mode, make, pick);
    if (!written.ok()) return written.status();
    Mutated<M> mutated;
    mutated.revision = written->record.revision;
    mutated.result = std::move(written->result);
    mutated.replayed = written->replayed;
    if (written->made) {
      mutated.message = std::move(*made);
    } else if (absl::Status s = Parse(written->record.bytes, mutated.message); !s.ok()) {
      return s;
    }
    return mutated;
  }

  const Core core_;
  const Hooks<M> hooks_;
};

}  // namespace ip::document

#endif  // LIB_DOCUMENT_STORE_H_
