// Who has seen the plan: the log, its check, and "ask why".
#include <algorithm>

#include "lib/base/errors.h"
#include "lib/base/paging.h"
#include "plan-service/domain/access_words.h"
#include "plan-service/domain/oversight.h"
#include "plan-service/domain/view.h"
#include "plan-service/service/handlers.h"

namespace ip::plan {
namespace {

using Entries = std::vector<pb::AccessLogEntry>;

// A row as it is shown: in words, with question and answer.
void Present(const Desk& desk, const CarePlan& plan, pb::AccessLogEntry& entry) {
  const auto* organization = desk.parts().reference->FindOrganization(entry.organization());
  *entry.mutable_summary() =
      InWords(entry, organization == nullptr ? "" : organization->display_name());
  const pb::AccessQuestion* asked = QuestionAbout(plan, entry.name());
  if (asked == nullptr) return;
  entry.set_question(asked->question());
  *entry.mutable_ask_time() = asked->ask_time();
  *entry.mutable_answer_due_date() = asked->answer_due_date();
  if (!asked->has_answer_time()) return;
  entry.set_answer(asked->answer());
  *entry.mutable_answer_time() = asked->answer_time();
}

// Look-ups with a question that is "OPEN" or "ANSWERED", or the one of a name; all when empty.
struct Filter {
  std::string question, name;
};

absl::StatusOr<Filter> ReadFilter(const std::string& text) {
  auto terms = ParseFilter(text, {"question", "name"});
  if (!terms.ok()) return terms.status();
  Filter filter{(*terms)["question"], (*terms)["name"]};
  if (!filter.question.empty() && !filter.name.empty()) {
    return InvalidField("filter", "takes a question or a name, not both.");
  }
  if (!filter.question.empty() && filter.question != "OPEN" && filter.question != "ANSWERED") {
    return InvalidField("filter", "question must be \"OPEN\" or \"ANSWERED\".");
  }
  return filter;
}

// Numbers below `before` of the look-ups with such a question, newest first.
std::vector<int64_t> AskedAbout(const CarePlan& plan, bool open, int64_t before, size_t limit) {
  std::vector<int64_t> numbers;
  for (const pb::AccessQuestion& question : plan.access_questions()) {
    const int64_t number = EntryNumber(question.access_log_entry());
    if (open != question.has_answer_time() && (before == 0 || number < before) &&
        QuestionAbout(plan, question.access_log_entry()) == &question) {
      numbers.push_back(number);
    }
  }
  std::sort(numbers.rbegin(), numbers.rend());
  if (numbers.size() > limit) numbers.resize(limit);
  return numbers;
}

absl::StatusOr<Entries> FindEntries(const Desk& desk, const rpc::CallContext& call,
                                    const Opened& opened, const Filter& filter, int64_t before,
                                    size_t limit) {
  const auto& log = *desk.parts().access_log;
  const bool all = SeesWholeLog(opened.decision);
  if (!filter.name.empty()) {
    auto found = log.Find(call.deadline(), opened.plan.name(), {EntryNumber(filter.name)});
    if (!found.ok()) return found;
    std::erase_if(*found, [&](const pb::AccessLogEntry& entry) {
      return entry.name() != filter.name || (!all && entry.accessor() != call.caller().Subject());
    });
    return found;
  }
  if (filter.question.empty()) {
    return log.List(call.deadline(), opened.plan.name(), all ? "" : call.caller().Subject(), before,
                    static_cast<int>(limit));
  }
  if (!all) return Entries();  // what was asked about them is not told to those who looked
  return log.Find(call.deadline(), opened.plan.name(),
                  AskedAbout(opened.plan, filter.question == "OPEN", before, limit));
}

absl::StatusOr<pb::ListAccessLogEntriesResponse> ListEntries(
    const Desk& desk, rpc::CallContext& call, const pb::ListAccessLogEntriesRequest& request) {
  auto opened = desk.Open(call, request.parent());
  if (!opened.ok()) return opened.status();
  auto filter = ReadFilter(request.filter());
  if (!filter.ok()) return filter.status();
  const bool all = SeesWholeLog(opened->decision);
  const std::string arguments = request.parent() + "|" + call.caller().Subject() + "|" +
                                (all ? "all" : "own") + "|" + request.filter();
  auto after = ReadPageToken(request.page_token(), arguments);
  if (!after.ok()) return after.status();
  const size_t page = static_cast<size_t>(PageSize(request.page_size()));
  auto entries = FindEntries(desk, call, *opened, *filter,
                             after->empty() ? 0 : EntryNumber(after->front()), page + 1);
  if (!entries.ok()) return entries.status();
  // A look at the log is a look-up too, except the owner's own.
  if (opened->decision.reason != "OWNER") {
    opened->decision.sections.clear();
    desk.LogRead(call, opened->plan, opened->decision);
  }
  pb::ListAccessLogEntriesResponse response;
  if (entries->size() > page) {
    entries->resize(page);
    response.set_next_page_token(MakePageToken({entries->back().name()}, arguments));
  }
  for (auto& entry : *entries) {
    Present(desk, all ? opened->plan : CarePlan(), entry);
    *response.add_access_log_entries() = std::move(entry);
  }
  return response;
}

// One row that the caller may see; NOT_FOUND as for a plan.
absl::StatusOr<pb::AccessLogEntry> FindEntry(const Desk& desk, const rpc::CallContext& call,
                                             const std::string& name) {
  auto entries = desk.parts().access_log->Find(call.deadline(), PlanOf(name), {EntryNumber(name)});
  if (!entries.ok()) return entries.status();
  if (entries->empty() || entries->front().name() != name) return NotFound("access log entry");
  return entries->front();
}

// Asking and answering: a change of the plan about a row of its log.
template <class Request, class Rule>
absl::StatusOr<pb::AccessLogEntry> ChangeQuestion(const Desk& desk, rpc::CallContext& call,
                                                  const Request& request, Rule rule) {
  auto opened = desk.Open(call, request.name());
  if (!opened.ok()) return opened.status();
  if (!SeesWholeLog(opened->decision)) {
    return PermissionDenied("NOT_ALLOWED_IN_PLAN",
                            "The owner, or who represents them, asks about look-ups.");
  }
  auto entry = FindEntry(desk, call, request.name());
  if (!entry.ok()) return entry.status();
  auto changed =
      desk.Change(call, request.name(), request.request_id(), "", {type::CONSENTS},
                  [&](CarePlan& plan, const Act& act) { return rule(plan, act, request); });
  if (!changed.ok()) return changed.status();
  Present(desk, changed->message, *entry);
  return entry;
}

absl::StatusOr<pb::VerifyAccessLogResponse> Verify(const Desk& desk, rpc::CallContext& call,
                                                   const pb::VerifyAccessLogRequest& request) {
  auto opened = desk.Open(call, request.plan());
  if (!opened.ok()) return opened.status();
  return desk.parts().access_log->Verify(call.deadline(), opened->plan.name());
}

}  // namespace

void ServeAccessLog(rpc::Router& router, const Desk& desk) {
  router.Unary<pb::ListAccessLogEntriesRequest, pb::ListAccessLogEntriesResponse>(
      kAccessService, "ListAccessLogEntries",
      [&desk](rpc::CallContext& call, const pb::ListAccessLogEntriesRequest& request) {
        return ListEntries(desk, call, request);
      });
  router.Unary<pb::VerifyAccessLogRequest, pb::VerifyAccessLogResponse>(
      kAccessService, "VerifyAccessLog",
      [&desk](rpc::CallContext& call, const pb::VerifyAccessLogRequest& request) {
        return Verify(desk, call, request);
      });
  router.Unary<pb::AskAboutAccessRequest, pb::AccessLogEntry>(
      kAccessService, "AskAboutAccess",
      [&desk](rpc::CallContext& call, const pb::AskAboutAccessRequest& request) {
        return ChangeQuestion(desk, call, request, AskAboutAccess);
      });
  router.Unary<pb::AnswerAccessQuestionRequest, pb::AccessLogEntry>(
      kAccessService, "AnswerAccessQuestion",
      [&desk](rpc::CallContext& call, const pb::AnswerAccessQuestionRequest& request) {
        return ChangeQuestion(desk, call, request, AnswerAccessQuestion);
      });
}

}  // namespace ip::plan
