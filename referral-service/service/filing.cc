#include <algorithm>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/errors.h"
#include "lib/base/id.h"
#include "lib/base/log.h"
#include "lib/base/paging.h"
#include "referral-service/domain/access.h"
#include "referral-service/domain/draft.h"
#include "referral-service/domain/handling.h"
#include "referral-service/domain/states.h"
#include "referral-service/domain/submission.h"
#include "referral-service/service/handlers.h"
#include "referral-service/storage/parties.h"

namespace ip::referral {
namespace {

constexpr char kService[] = "individuellplan.referral.v1.ReferralService";

// Later than any notice, and still a date that MariaDB knows.
absl::Time TheEnd() { return absl::FromCivil(absl::CivilYear(9999), absl::UTCTimeZone()); }

bool IsAboutThemself(const pb::CreateNoticeRequest& request, const Caller& caller) {
  return caller.role == type::CITIZEN && request.notice().notifier().source() == pb::Notifier::SELF;
}

// Whoever acts for somebody sends notices about that person and nobody else.
absl::StatusOr<std::string> RepresentedIn(const pb::CreateNoticeRequest& request,
                                          const Caller& caller, const auth::PersonIds& persons) {
  if (request.notice().notifier().source() == pb::Notifier::SELF) {
    return InvalidField("notice.notifier.source",
                        "You act for somebody else: choose RELATED_PERSON, or act for yourself.");
  }
  const std::string& number = request.subject_identity().national_id();
  if (number.empty()) return caller.acting_for;
  auto person = persons.PersonName(number);
  if (person.ok() && *person != caller.acting_for) {
    return InvalidField("subject_identity.national_id",
                        "You act for another person. Leave this field out, or act for yourself.");
  }
  return person;
}

// "persons/{person}" the notice is about.
absl::StatusOr<std::string> SubjectOf(const pb::CreateNoticeRequest& request, const Caller& caller,
                                      const auth::PersonIds& persons) {
  if (!caller.acting_for.empty()) return RepresentedIn(request, caller, persons);
  const std::string& number = request.subject_identity().national_id();
  const bool about_themself = IsAboutThemself(request, caller);
  if (number.empty() && about_themself) return caller.person;
  if (number.empty()) {
    return InvalidField("subject_identity.national_id",
                        "Required: the national identity number of the person it is about.");
  }
  auto person = persons.PersonName(number);
  if (person.ok() && about_themself && *person != caller.person) {
    return InvalidField("subject_identity.national_id",
                        "A notice from SELF is about yourself. For somebody else choose "
                        "RELATED_PERSON, or leave this field out.");
  }
  return person;
}

}  // namespace

absl::StatusOr<Handlers::Draft> Handlers::DraftOf(Ctx& ctx, const pb::CreateNoticeRequest& request,
                                                  const Step& step) const {
  const auto subject = SubjectOf(request, ctx.caller(), *deps_.persons);
  if (!subject.ok()) return subject.status();
  Draft draft{NewDraft(request.notice(), *subject, ctx.caller(), *deps_.reference, step), {}};
  absl::Status content = CheckContent(draft.notice, ctx.caller(), *deps_.reference, Today());
  if (!content.ok()) return content;
  if (!request.subject_identity().national_id().empty()) {
    draft.secrets.subject_national_id = request.subject_identity().national_id();
  }
  return draft;
}

Handlers::NoticeOr Handlers::CreateNotice(Ctx& ctx, const pb::CreateNoticeRequest& request) {
  const Step step = StepOf(ctx, "");
  const auto draft = DraftOf(ctx, request, step);
  if (!draft.ok()) return draft.status();
  auto created = deps_.notices->Create(ContextOf(ctx, request.request_id(), ""),
                                       absl::StrCat("notices/", NewId(step.now)), draft->notice,
                                       draft->secrets);
  if (!created.ok()) return created.status();
  return View(ctx, created->message);
}

Handlers::NoticeOr Handlers::UpdateNotice(Ctx& ctx, const pb::UpdateNoticeRequest& request) {
  const Target target{.name = request.notice().name(),
                      .etag = request.notice().etag(),
                      .request_id = request.request_id(),
                      .etag_required = false};
  return Change(ctx, target, [&](pb::NeedNotice& notice, const Step& step) {
    absl::Status status = UpdateDraft(notice, request.notice(), request.update_mask(), step);
    if (!status.ok()) return status;
    return CheckContent(notice, ctx.caller(), *deps_.reference, Today());
  });
}

Handlers::NoticeOr Handlers::SubmitNotice(Ctx& ctx, const pb::ActionRequest& request) {
  const auto draft = deps_.notices->Get(ctx.deadline(), request.name());
  if (!draft.ok()) return draft.status();
  const auto others = deps_.notices->FindOthers(ctx.deadline(), draft->message.subject().person(),
                                                RouteOf(draft->message, *deps_.reference));
  if (!others.ok()) return others.status();
  const Target target{request.name(), request.etag(), request.request_id(), request.reason()};
  return Change(ctx, target, [&](pb::NeedNotice& notice, const Step& step) {
    return Submit(notice, *deps_.rules, *deps_.reference, *others, step);
  });
}

void Handlers::NameOpenPlan(pb::NeedNotice& notice) const {
  const auto found = deps_.plans->FindOpenPlan(notice.subject().person());
  if (!found.ok()) {
    // The notice is shown without; the acceptance finds every open plan in the end.
    Log(Severity::kWarning, "plan_look_up_failed",
        {{"code", absl::StatusCodeToString(found.status().code())}});
    return;
  }
  auto& names = *notice.mutable_possible_duplicates();
  names.erase(
      std::remove_if(names.begin(), names.end(),
                     [](const std::string& name) { return absl::StartsWith(name, "plans/"); }),
      names.end());
  if (!found->plan.empty() && found->unit == notice.unit()) *names.Add() = found->plan;
}

Handlers::NoticeOr Handlers::GetNotice(Ctx& ctx, const pb::GetNoticeRequest& request) {
  auto notice = Read(ctx, request.name());
  if (!notice.ok()) return notice;
  const bool works_there = !FactsOf(notice->unit(), ctx.caller(), *deps_.reference).bases.empty();
  if (works_there && IsOpen(notice->state())) NameOpenPlan(*notice);
  return View(ctx, *notice);
}

absl::StatusOr<pb::ListMyNoticesResponse> Handlers::ListMyNotices(
    Ctx& ctx, const pb::ListMyNoticesRequest& request) {
  const auto parties = PartiesOf(ctx.caller());
  std::string arguments;
  for (const auto& party : parties) absl::StrAppend(&arguments, party, "\n");
  const auto place = ReadPageToken(request.page_token(), arguments);
  if (!place.ok()) return place.status();
  absl::Time before = TheEnd();
  std::string before_name;
  int64_t micros = 0;
  if (place->size() == 2 && absl::SimpleAtoi((*place)[0], &micros)) {
    before = absl::FromUnixMicros(micros);
    before_name = (*place)[1];
  }
  const int size = PageSize(request.page_size());
  auto listed = deps_.notices->ListOf(ctx.deadline(), parties, before, before_name, size + 1);
  if (!listed.ok()) return listed.status();

  pb::ListMyNoticesResponse response;
  const bool more = listed->size() > static_cast<size_t>(size);
  if (more) listed->pop_back();
  for (const auto& item : *listed) {
    if (!CheckAccess(ctx.action(), item.notice, ctx.caller(), *deps_.reference).ok()) continue;
    *response.add_notices() = ViewFor(item.notice, ctx.caller(), *deps_.reference, Today());
  }
  if (more) {
    response.set_next_page_token(
        MakePageToken({absl::StrCat(absl::ToUnixMicros(listed->back().create_time)),
                       listed->back().notice.name()},
                      arguments));
  }
  return response;
}

absl::StatusOr<pb::ListUnitsResponse> Handlers::ListUnits(Ctx&,
                                                          const pb::ListUnitsRequest& request) {
  const auto place = ReadPageToken(request.page_token(), request.municipality_code());
  if (!place.ok()) return place.status();
  const std::string& code = request.municipality_code();
  const int size = PageSize(request.page_size());
  bool skipping = !place->empty();
  pb::ListUnitsResponse response;
  for (const auto& unit : deps_.reference->data().units()) {
    const auto& codes = unit.municipality_codes();
    if (!code.empty() && std::find(codes.begin(), codes.end(), code) == codes.end()) continue;
    if (skipping) {
      skipping = unit.name() != place->front();
      continue;
    }
    if (response.units_size() == size) {
      response.set_next_page_token(
          MakePageToken({response.units(size - 1).name()}, request.municipality_code()));
      break;
    }
    auto* listed = response.add_units();
    listed->set_name(unit.name());
    listed->set_display_name(unit.display_name());
    listed->set_kind(codes.empty() ? pb::CoordinatingUnit::SPECIALIST
                                   : pb::CoordinatingUnit::MUNICIPAL);
    listed->set_organization(unit.organization());
    *listed->mutable_municipality_codes() = codes;
    listed->set_phone(unit.phone());
  }
  return response;
}

void Handlers::RegisterFiling(rpc::Router& router) {
  router.Unary<pb::CreateNoticeRequest, pb::NeedNotice>(
      kService, "CreateNotice", [this](Ctx& ctx, const auto& r) { return CreateNotice(ctx, r); });
  router.Unary<pb::UpdateNoticeRequest, pb::NeedNotice>(
      kService, "UpdateNotice", [this](Ctx& ctx, const auto& r) { return UpdateNotice(ctx, r); });
  router.Unary<pb::ActionRequest, pb::NeedNotice>(
      kService, "SubmitNotice", [this](Ctx& ctx, const auto& r) { return SubmitNotice(ctx, r); });
  router.Unary<pb::GetNoticeRequest, pb::NeedNotice>(
      kService, "GetNotice", [this](Ctx& ctx, const auto& r) { return GetNotice(ctx, r); });
  router.Unary<pb::ListMyNoticesRequest, pb::ListMyNoticesResponse>(
      kService, "ListMyNotices", [this](Ctx& ctx, const auto& r) { return ListMyNotices(ctx, r); });
  router.Unary<pb::ListUnitsRequest, pb::ListUnitsResponse>(
      kService, "ListUnits", [this](Ctx& ctx, const auto& r) { return ListUnits(ctx, r); });
  router.Unary<pb::ActionRequest, pb::NeedNotice>(
      kService, "WithdrawNotice", [this](Ctx& ctx, const pb::ActionRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id(), r.reason()}, Advance);
      });
  router.Unary<pb::ProvideInformationRequest, pb::NeedNotice>(
      kService, "ProvideInformation", [this](Ctx& ctx, const pb::ProvideInformationRequest& r) {
        return Change(ctx, {r.name(), r.etag(), r.request_id()},
                      [&](pb::NeedNotice& notice, const Step& step) {
                        return ProvideInformation(notice, r.answer(), step);
                      });
      });
}

}  // namespace ip::referral
