#include "lib/document/core.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/log.h"
#include "lib/outbox/outbox.h"
#include "lib/sql/errors.h"

namespace ip::document {
namespace {

constexpr size_t kMaxName = 200;
constexpr size_t kMaxRequestId = 100;
constexpr absl::Duration kSettleTime = absl::Seconds(2);

constexpr char kSelectRequest[] =
    "SELECT method, payload_hash, name, revision, result FROM request"
    " WHERE actor = ? AND request_id = ?";
// Waits for a commit that is still under way on a connection we lost.
constexpr char kLockShared[] = " LOCK IN SHARE MODE";
constexpr char kInsertRequest[] =
    "INSERT INTO request (actor, request_id, method, payload_hash, name, revision, result,"
    " create_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

bool IsPlain(std::string_view text, size_t max) {
  return text.size() <= max && std::all_of(text.begin(), text.end(),
                                           [](unsigned char c) { return absl::ascii_isgraph(c); });
}

}  // namespace

// One Write: what goes in, and what the last run of its transaction came to.
struct Core::Attempt {
  const Context& ctx;
  std::string name;  // found anew in each run when there is a `pick`
  const Mode mode;
  const Make& make;
  const Pick& pick;

  std::optional<Key> key;  // what is written is sealed with it

  Written written;
  bool has_event = false;
  bool request_taken = false;  // somebody recorded the same request id meanwhile
};

Core::Core(Config config)
    : config_(std::move(config)),
      revision_table_(config_.table + "_revision"),
      select_head_(
          absl::StrCat("SELECT revision, create_time, update_time, document, data_key FROM ",
                       config_.table, " WHERE name = ?")),
      lock_head_(select_head_ + " FOR UPDATE"),
      insert_head_(absl::StrCat("INSERT INTO ", config_.table,
                                " (name, revision, create_time, update_time, document, data_key)"
                                " VALUES (?, ?, ?, ?, ?, ?)")),
      update_head_(absl::StrCat("UPDATE ", config_.table,
                                " SET revision = ?, update_time = ?, document = ?, data_key = ?"
                                " WHERE name = ? AND revision = ?")),
      revision_and_head_(absl::StrCat(" FROM ", revision_table_, " r JOIN ", config_.table,
                                      " h ON h.name = r.name WHERE r.name = ?")),
      select_revision_(absl::StrCat("SELECT r.revision, r.create_time, r.document, h.data_key",
                                    revision_and_head_, " AND r.revision = ?")),
      select_as_of_(absl::StrCat("SELECT r.revision, r.create_time, r.document, h.data_key",
                                 revision_and_head_,
                                 " AND r.create_time <= ? ORDER BY r.revision DESC LIMIT 1")),
      list_revisions_(
          absl::StrCat("SELECT r.revision, r.actor, r.action, r.reason, r.create_time, h.data_key",
                       revision_and_head_, " AND r.revision < ? ORDER BY r.revision DESC LIMIT ?")),
      insert_revision_(absl::StrCat("INSERT INTO ", revision_table_,
                                    " (name, revision, create_time, actor, action, reason,"
                                    " request_id, document) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {}

absl::Status Core::NoSuch() const { return NotFound(config_.resource); }

absl::Status Core::CheckName(const std::string& name) const {
  return !name.empty() && IsPlain(name, kMaxName) ? absl::OkStatus() : NoSuch();
}

std::string Core::Aad(std::string_view table, const std::string& name, int64_t revision) const {
  return absl::StrCat(absl::string_view(table.data(), table.size()), "|", name, "|", revision);
}

absl::StatusOr<Key> Core::KeyOf(const std::string& name, std::optional<std::string> stored) const {
  auto key = Key::Of(*config_.cipher, config_.table, name, std::move(stored));
  if (absl::IsDataLoss(key.status())) {
    Log(Severity::kError, "data_key_does_not_open", {{"table", config_.table}, {"name", name}});
  }
  return key;
}

absl::StatusOr<std::string> Core::Open(const Key& key, const std::string& sealed,
                                       const std::string& aad) const {
  absl::StatusOr<std::string> opened = key.Open(sealed, aad);
  if (!opened.ok()) Log(Severity::kError, "document_does_not_open", {{"place", aad}});
  return opened;
}

absl::StatusOr<std::optional<Record>> Core::ReadHead(sql::Session& session, const std::string& sql,
                                                     const std::string& name,
                                                     std::optional<Key>& key) const {
  std::optional<std::string> stored;
  auto record = session.QueryOne(sql, {name}, [&](const sql::Row& row) {
    stored = row.OptionalString(4);
    return Record{name, row.Int64(0), row.Time(1), row.Time(2), row.String(3)};
  });
  if (!record.ok() || !*record) return record;
  auto found = KeyOf(name, std::move(stored));
  if (!found.ok()) return found.status();
  key = *std::move(found);
  auto bytes = Open(*key, (*record)->bytes, Aad(config_.table, name, (*record)->revision));
  if (!bytes.ok()) return bytes.status();
  (*record)->bytes = *std::move(bytes);
  return record;
}

absl::StatusOr<Record> Core::ReadRevision(sql::Session& session, const std::string& sql,
                                          const sql::Values& values,
                                          const std::string& name) const {
  std::optional<std::string> stored;
  auto record = session.QueryOne(sql, values, [&](const sql::Row& row) {
    stored = row.OptionalString(3);
    return Record{name, row.Int64(0), absl::Time(), row.Time(1), row.String(2)};
  });
  if (!record.ok()) return record.status();
  if (!*record) return NoSuch();
  auto key = KeyOf(name, std::move(stored));
  if (!key.ok()) return key.status();
  auto bytes = Open(*key, (*record)->bytes, Aad(revision_table_, name, (*record)->revision));
  if (!bytes.ok()) return bytes.status();
  (*record)->bytes = *std::move(bytes);
  return **std::move(record);
}

absl::StatusOr<Record> Core::ReadRevision(absl::Time deadline, const std::string& sql,
                                          const sql::Values& values,
                                          const std::string& name) const {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  auto session = config_.pool->Acquire(deadline);
  if (!session.ok()) return session.status();
  return ReadRevision(*session, sql, values, name);
}

absl::StatusOr<Record> Core::Get(absl::Time deadline, const std::string& name) const {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  auto session = config_.pool->Acquire(deadline);
  if (!session.ok()) return session.status();
  std::optional<Key> key;
  auto record = ReadHead(*session, select_head_, name, key);
  if (!record.ok()) return record.status();
  if (!*record) return NoSuch();
  return **std::move(record);
}

absl::StatusOr<Record> Core::GetRevision(absl::Time deadline, const std::string& name,
                                         int64_t revision) const {
  return ReadRevision(deadline, select_revision_, {name, revision}, name);
}

absl::StatusOr<Record> Core::GetAsOf(absl::Time deadline, const std::string& name,
                                     absl::Time time) const {
  return ReadRevision(deadline, select_as_of_, {name, time}, name);
}

absl::StatusOr<std::vector<RevisionInfo>> Core::ListRevisions(absl::Time deadline,
                                                              const std::string& name,
                                                              int64_t before, int limit) const {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  auto session = config_.pool->Acquire(deadline);
  if (!session.ok()) return session.status();
  std::vector<RevisionInfo> infos;
  absl::Status status = session->Query(
      list_revisions_, {name, before, limit}, [&](const sql::Row& row) -> absl::Status {
        RevisionInfo info{row.Int64(0), row.String(1), row.String(2), row.String(3), row.Time(4)};
        auto key = KeyOf(name, row.OptionalString(5));
        if (!key.ok()) return key.status();
        auto reason =
            Open(*key, info.reason, Aad(revision_table_, name, info.revision) + "|reason");
        if (!reason.ok()) return reason.status();
        info.reason = *std::move(reason);
        infos.push_back(std::move(info));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return infos;
}

absl::StatusOr<std::optional<Core::Written>> Core::Replay(sql::Session& session, const Context& ctx,
                                                          std::string_view lock) const {
  struct Request {
    std::string method, payload_hash, name, result;
    int64_t revision = 0;
  };
  if (ctx.request_id.empty()) return std::nullopt;
  auto request = session.QueryOne(
      std::string(kSelectRequest).append(lock), {ctx.actor, ctx.request_id},
      [](const sql::Row& row) {
        return Request{row.String(0), row.String(1), row.String(2), row.String(4), row.Int64(3)};
      });
  if (!request.ok()) return request.status();
  if (!*request) return std::nullopt;
  const Request& found = **request;
  if (found.method != ctx.action || found.payload_hash != ctx.payload_hash)
    return RequestIdReused();
  auto record = ReadRevision(session, select_revision_, {found.name, found.revision}, found.name);
  if (!record.ok()) return record.status();
  return Written{*std::move(record), found.result, true, false};
}

absl::Status Core::RecordRequest(sql::Session& session, Attempt& attempt,
                                 const Draft& draft) const {
  const Context& ctx = attempt.ctx;
  if (ctx.request_id.empty()) return absl::OkStatus();
  const Record& record = attempt.written.record;
  absl::Status status =
      session
          .Execute(kInsertRequest, {ctx.actor, ctx.request_id, ctx.action, ctx.payload_hash,
                                    record.name, record.revision, draft.result, record.update_time})
          .status();
  attempt.request_taken = absl::IsAlreadyExists(status);
  return status;
}

absl::Status Core::Save(sql::Session& session, Attempt& attempt, const Draft& draft) const {
  const Record& next = attempt.written.record;
  const Context& ctx = attempt.ctx;
  if (absl::Status status = RecordRequest(session, attempt, draft); !status.ok()) return status;

  const Key& key = *attempt.key;
  const std::string sealed = key.Seal(draft.bytes, Aad(config_.table, next.name, next.revision));
  const auto head =
      attempt.mode == Mode::kCreate
          ? session.Execute(insert_head_, {next.name, next.revision, next.create_time,
                                           next.update_time, sealed, key.stored()})
          : session.Execute(update_head_, {next.revision, next.update_time, sealed, key.stored(),
                                           next.name, next.revision - 1});
  if (absl::IsAlreadyExists(head.status())) {
    return Error(absl::StatusCode::kAlreadyExists, "RESOURCE_ALREADY_EXISTS",
                 absl::StrCat("There is a ", config_.resource, " with this name already."));
  }
  if (!head.ok()) return head.status();
  if (*head != 1) return sql::MaskedStatus(absl::StatusCode::kAborted);

  const std::string aad = Aad(revision_table_, next.name, next.revision);
  const auto revision =
      session.Execute(insert_revision_, {next.name, next.revision, next.update_time, ctx.actor,
                                         ctx.action, key.Seal(ctx.reason, aad + "|reason"),
                                         ctx.request_id, key.Seal(draft.bytes, aad)});
  if (!revision.ok()) return revision.status();
  if (draft.project) {
    if (absl::Status status = draft.project(session); !status.ok()) return status;
  }
  if (ctx.also) {
    if (absl::Status status = ctx.also(session); !status.ok()) return status;
  }
  if (!draft.event) return absl::OkStatus();
  return outbox::Append(session, next.name, next.revision, *draft.event, next.update_time);
}

absl::Status Core::RunOnce(sql::Session& session, Attempt& attempt) const {
  std::optional<Record> before;
  if (attempt.pick) {
    auto replay = Replay(session, attempt.ctx, "");
    if (!replay.ok()) return replay.status();
    if (*replay) {
      attempt.written = **std::move(replay);
      return absl::OkStatus();
    }
    auto name = attempt.pick(session);
    if (!name.ok()) return name.status();
    attempt.name = *std::move(name);
  }
  if (attempt.mode == Mode::kChange) {
    auto head = ReadHead(session, lock_head_, attempt.name, attempt.key);
    if (!head.ok()) return head.status();
    before = *std::move(head);
  }
  // After the lock: a repetition of the call that held it sees what that call recorded.
  auto replay = Replay(session, attempt.ctx, "");
  if (!replay.ok()) return replay.status();
  if (*replay) {
    attempt.written = **std::move(replay);
    return absl::OkStatus();
  }
  if (attempt.mode == Mode::kChange && !before) return NoSuch();

  if (attempt.mode == Mode::kCreate) {
    attempt.key.emplace(*config_.cipher, config_.table, attempt.name);
  }
  if (config_.own_keys) attempt.key->MakeOwn();

  Record& next = attempt.written.record;
  next.name = attempt.name;
  next.revision = before ? before->revision + 1 : 1;
  next.update_time = config_.clock->Now();
  next.create_time = before ? before->create_time : next.update_time;
  auto draft = attempt.make(before ? &*before : nullptr, next);
  if (!draft.ok()) return draft.status();
  if (absl::Status status = Save(session, attempt, *draft); !status.ok()) return status;
  next.bytes = std::move(draft->bytes);
  attempt.written.result = std::move(draft->result);
  attempt.written.made = true;
  attempt.has_event = draft->event.has_value();
  return absl::OkStatus();
}

absl::StatusOr<Core::Written> Core::Settle(const Context& ctx, const absl::Status& unknown) const {
  const absl::Time deadline = std::max(ctx.deadline, SystemClock().Now() + kSettleTime);
  auto session = config_.pool->Acquire(deadline);
  if (!session.ok()) return unknown;
  auto found = Replay(*session, ctx, kLockShared);
  if (!found.ok() || !*found) return unknown;
  (*found)->replayed = false;
  return **std::move(found);
}

absl::StatusOr<Core::Written> Core::Write(const Context& ctx, const std::string& name, Mode mode,
                                          const Make& make, const Pick& pick) const {
  if (!pick) {
    if (absl::Status status = CheckName(name); !status.ok()) return status;
  }
  if (!IsPlain(ctx.request_id, kMaxRequestId)) {
    return InvalidField("request_id", "Send a UUID, or nothing.");
  }
  for (bool again = false;; again = true) {
    Attempt attempt{ctx, name, mode, make, pick, {}, {}, false, false};
    const absl::Status status =
        sql::Transact(*config_.pool, ctx.deadline, [&](sql::Session& session) {
          attempt.written = Written();
          attempt.has_event = attempt.request_taken = false;
          return RunOnce(session, attempt);
        });
    if (attempt.request_taken && !again) continue;  // now it is a replay
    if (status.ok() && attempt.has_event && config_.feed != nullptr) config_.feed->Nudge();
    if (status.ok()) return std::move(attempt.written);
    if (!sql::IsCommitOutcomeUnknown(status) || ctx.request_id.empty()) return status;
    absl::StatusOr<Written> settled = Settle(ctx, status);
    if (settled.ok() && attempt.has_event && config_.feed != nullptr) config_.feed->Nudge();
    return settled;
  }
}

}  // namespace ip::document
