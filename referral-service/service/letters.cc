#include "referral-service/domain/letters.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "referral-service/domain/complaints.h"
#include "referral-service/service/handlers.h"
#include "referral-service/service/papers.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralService";
constexpr char kReceipt[] = "receipt";

using L = pb::Letter;

absl::StatusOr<pb::RenderLetterResponse> Render(const print::Document& document,
                                                pb::RenderLetterRequest::Format format) {
  pb::RenderLetterResponse response;
  if (format != pb::RenderLetterRequest::PDF) {
    response.set_content(print::ToHtml(document));
    response.set_content_type("text/html; charset=utf-8");
    return response;
  }
  auto pdf = print::ToPdf(document);
  if (!pdf.ok()) return pdf.status();
  response.set_content(*std::move(pdf));
  response.set_content_type("application/pdf");
  return response;
}

// Letters are written in the two forms of Norwegian.
type::Language WrittenIn(type::Language wanted, type::Language otherwise = type::NB) {
  if (wanted == type::NN || wanted == type::NB) return wanted;
  return otherwise == type::NN ? type::NN : type::NB;
}

// Whose copy is asked for: one of those who get one.
absl::StatusOr<L::Addressee> CopyFor(const L& letter, L::Addressee wanted) {
  const auto& addressees = letter.addressees();
  if (wanted == L::ADDRESSEE_UNSPECIFIED) {
    return addressees.empty() ? wanted : static_cast<L::Addressee>(addressees[0]);
  }
  if (std::find(addressees.begin(), addressees.end(), wanted) != addressees.end()) return wanted;
  return NotFound("copy of the letter");
}

}  // namespace

LetterSources Handlers::Sources() const { return {*deps_.letters, *deps_.rules, *deps_.reference}; }

Handlers::LetterOr Handlers::DraftLetter(Ctx& ctx, const pb::DraftLetterRequest& request) {
  const auto notice = Read(ctx, request.parent());
  if (!notice.ok()) return notice.status();
  return referral::DraftLetter(*notice, request.letter(), Sources(), Today());
}

Handlers::LetterOr Handlers::IssueLetter(Ctx& ctx, const pb::IssueLetterRequest& request) {
  const std::string name = absl::StrCat(request.parent(), "/letters/", NewId(deps_.clock->Now()));
  const Target target{.name = request.parent(),
                      .etag = "",
                      .request_id = request.request_id(),
                      .etag_required = false};
  const auto changed = Change(ctx, target, [&](pb::NeedNotice& notice, const Step& step) {
    return referral::IssueLetter(notice, request.letter(), name, Sources(), step);
  });
  if (!changed.ok()) return changed.status();
  return *changed->letters().rbegin();  // also of a repetition: the notice as it was then
}

Handlers::LetterOr Handlers::ReceiptOf(const pb::NeedNotice& notice,
                                       type::Language language) const {
  if (!notice.has_submit_time()) return NotFound("letter");
  L receipt;
  receipt.set_kind(L::RECEIPT);
  receipt.set_language(WrittenIn(language, notice.subject().language()));
  const absl::CivilDay day = OsloDay(TimeOf(notice.submit_time()));
  auto letter = referral::DraftLetter(notice, receipt, Sources(), day);
  if (letter.ok()) *letter->mutable_issue_time() = notice.submit_time();
  return letter;
}

Handlers::RenderedOr Handlers::RenderLetter(Ctx& ctx, const pb::RenderLetterRequest& request) {
  const std::string parent = NoticeOf(request.name());
  const auto notice = Read(ctx, parent);
  if (!notice.ok()) return notice.status();
  LetterOr letter = NotFound("letter");
  if (request.name() == absl::StrCat(parent, "/letters/", kReceipt)) {
    letter = ReceiptOf(*notice, request.language());
  } else {
    const auto seen = View(ctx, *notice);  // a notifier sees no letters to the person
    if (!seen.ok()) return seen.status();
    for (const auto& issued : seen->letters()) {
      if (issued.name() == request.name()) letter = issued;
    }
  }
  if (!letter.ok()) return letter.status();
  const auto addressee = CopyFor(*letter, request.addressee());
  if (!addressee.ok()) return addressee.status();
  return Render(PaperOf(*letter, *addressee, *notice, Sources()), request.format());
}

Handlers::RenderedOr Handlers::RenderPackage(Ctx& ctx,
                                             const pb::RenderComplaintPackageRequest& request) {
  const auto notice = Read(ctx, NoticeOf(request.name()));
  if (!notice.ok()) return notice.status();
  const Complaint* complaint = FindComplaint(*notice, request.name());
  if (complaint == nullptr) return NotFound("complaint");
  return Render(
      PackageOf(*complaint, *notice, WrittenIn(request.language()), Sources(), deps_.clock->Now()),
      request.format());
}

void Handlers::RegisterLetters(rpc::Router& router) {
  router.Unary<pb::DraftLetterRequest, L>(
      kService, "DraftLetter", [this](Ctx& ctx, const auto& r) { return DraftLetter(ctx, r); });
  router.Unary<pb::IssueLetterRequest, L>(
      kService, "IssueLetter", [this](Ctx& ctx, const auto& r) { return IssueLetter(ctx, r); });
  router.Unary<pb::RenderLetterRequest, pb::RenderLetterResponse>(
      kService, "RenderLetter", [this](Ctx& ctx, const auto& r) { return RenderLetter(ctx, r); });
  router.Unary<pb::RenderComplaintPackageRequest, pb::RenderLetterResponse>(
      kService, "RenderComplaintPackage",
      [this](Ctx& ctx, const auto& r) { return RenderPackage(ctx, r); });
}

}  // namespace ip::referral
