#include "referral-service/domain/handling.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/errors.h"
#include "referral-service/domain/states.h"

namespace ip::referral {
namespace {

constexpr size_t kMaxQuestionBytes = 8'000;
constexpr size_t kMaxAnswerBytes = 16'000;

void CheckText(const std::string& text, size_t limit, std::string_view field, Violations& wrong) {
  if (text.empty()) wrong.Add(field, "Required.");
  if (text.size() > limit) wrong.Add(field, absl::StrCat("At most ", limit, " bytes."));
}

void CheckFutureDay(const google::type::Date& date, const Step& step, std::string_view field,
                    Violations& wrong) {
  if (!IsValid(date)) {
    wrong.Add(field, "Required: a whole calendar day that exists.");
  } else if (DayOf(date) < OsloDay(step.now)) {
    wrong.Add(field, "The day has passed already; give one to come.");
  }
}

}  // namespace

absl::Status Assign(pb::NeedNotice& notice, const std::string& assignee,
                    const std::string& display_name, const Step& step) {
  if (!absl::StartsWith(assignee, "persons/")) {
    return InvalidField("assignee", "Required: \"persons/{person}\" of a case worker.");
  }
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  notice.set_assignee(assignee);
  notice.set_assignee_display_name(display_name);
  return absl::OkStatus();
}

absl::Status Release(pb::NeedNotice& notice, const Step& step) {
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  notice.clear_assignee();
  notice.clear_assignee_display_name();
  return absl::OkStatus();
}

absl::Status RequestInformation(pb::NeedNotice& notice, const pb::InformationRequest& request,
                                const Step& step) {
  Violations wrong;
  CheckText(request.question(), kMaxQuestionBytes, "information_request.question", wrong);
  CheckFutureDay(request.answer_due_date(), step, "information_request.answer_due_date", wrong);
  if (!wrong.empty()) return wrong.ToStatus();
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  auto* asked = notice.mutable_information_request();
  asked->Clear();
  asked->set_question(request.question());
  *asked->mutable_answer_due_date() = request.answer_due_date();
  return absl::OkStatus();
}

absl::Status ProvideInformation(pb::NeedNotice& notice, const std::string& answer,
                                const Step& step) {
  Violations wrong;
  CheckText(answer, kMaxAnswerBytes, "answer", wrong);
  if (!wrong.empty()) return wrong.ToStatus();
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  notice.mutable_information_request()->set_answer(answer);
  *notice.mutable_information_request()->mutable_answer_time() = TimestampOf(step.now);
  return absl::OkStatus();
}

absl::Status ReplyPreliminarily(pb::NeedNotice& notice, const pb::PreliminaryReply& reply,
                                const Step& step) {
  Violations wrong;
  CheckText(reply.reason(), kMaxQuestionBytes, "preliminary_reply.reason", wrong);
  CheckFutureDay(reply.expected_date(), step, "preliminary_reply.expected_date", wrong);
  if (!wrong.empty()) return wrong.ToStatus();
  if (absl::Status status = Advance(notice, step); !status.ok()) return status;
  auto* given = notice.add_preliminary_replies();
  given->set_reason(reply.reason());
  *given->mutable_expected_date() = reply.expected_date();
  *given->mutable_reply_time() = TimestampOf(step.now);
  return absl::OkStatus();
}

}  // namespace ip::referral
