// The RPCs of ReferralService and ReferralFeedService.
#ifndef REFERRAL_SERVICE_SERVICE_HANDLERS_H_
#define REFERRAL_SERVICE_SERVICE_HANDLERS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "individuellplan/referral/v1/referral_service.pb.h"
#include "individuellplan/type/v1/obligation.pb.h"
#include "lib/auth/person_id.h"
#include "lib/base/clock.h"
#include "lib/outbox/feed.h"
#include "lib/reference/reference.h"
#include "lib/rpc/router.h"
#include "referral-service/domain/letters.h"
#include "referral-service/domain/rules.h"
#include "referral-service/domain/types.h"
#include "referral-service/service/mandates.h"
#include "referral-service/storage/notice_repository.h"
#include "referral-service/worker/plan_client.h"

namespace ip::referral {

// What the handlers work with; outlives them.
struct Deps {
  NoticeRepository* notices;
  WorkRepository* work;
  StatisticsRepository* statistics;
  outbox::Feed* feed;
  const Clock* clock;  // business time
  const Reference* reference;
  const Rules* rules;
  const LetterRules* letters;
  const auth::PersonIds* persons;
  PlanClient* plans;
  Mandates* mandates;
  std::function<void()> nudge_worker;  // a notice was accepted or forwarded
};

// A change of one notice as a request asks for it.
struct Target {
  std::string name;
  std::string etag;
  std::string request_id;
  std::string reason = {};
  bool etag_required = true;
};

// Thread-safe.
class Handlers {
 public:
  explicit Handlers(Deps deps) : deps_(std::move(deps)) {}

  // Registers all; must outlive the router.
  void Register(rpc::Router& router);

 private:
  using Ctx = rpc::CallContext;
  using NoticeOr = absl::StatusOr<pb::NeedNotice>;
  using ChangeStep = std::function<absl::Status(pb::NeedNotice&, const Step&)>;

  void RegisterFiling(rpc::Router& router);
  void RegisterBatch(rpc::Router& router);
  void RegisterQueue(rpc::Router& router);
  void RegisterDeciding(rpc::Router& router);
  void RegisterComplaints(rpc::Router& router);
  void RegisterLetters(rpc::Router& router);
  void RegisterFeed(rpc::Router& router);

  // filing.cc: who sends.
  NoticeOr CreateNotice(Ctx& ctx, const pb::CreateNoticeRequest& request);
  NoticeOr UpdateNotice(Ctx& ctx, const pb::UpdateNoticeRequest& request);
  NoticeOr SubmitNotice(Ctx& ctx, const pb::ActionRequest& request);
  NoticeOr GetNotice(Ctx& ctx, const pb::GetNoticeRequest& request);
  absl::StatusOr<pb::ListMyNoticesResponse> ListMyNotices(Ctx& ctx,
                                                          const pb::ListMyNoticesRequest& request);
  absl::StatusOr<pb::ListUnitsResponse> ListUnits(Ctx& ctx, const pb::ListUnitsRequest& request);

  // batch.cc: what systems send.
  absl::Status SubmitNotices(Ctx& ctx, rpc::Reader<pb::CreateNoticeRequest>& reader,
                             rpc::Writer<pb::SubmitNoticesResponse>& writer);
  NoticeOr SubmitOne(Ctx& ctx, const pb::CreateNoticeRequest& request);

  // queue.cc: the unit's queue.
  absl::StatusOr<pb::ListQueueResponse> ListQueue(Ctx& ctx, const pb::ListQueueRequest& request);
  absl::Status WatchQueue(Ctx& ctx, const pb::WatchQueueRequest& request,
                          rpc::Writer<pb::QueueEvent>& writer);
  absl::Status SendSnapshot(Ctx& ctx, const std::string& unit, int64_t seq,
                            rpc::Writer<pb::QueueEvent>& writer);
  absl::Status SendChange(Ctx& ctx, const std::string& unit, const outbox::Entry& entry,
                          rpc::Writer<pb::QueueEvent>& writer);
  absl::StatusOr<pb::GetQueueStatisticsResponse> GetQueueStatistics(
      Ctx& ctx, const pb::GetQueueStatisticsRequest& request);
  absl::StatusOr<pb::GetMeetingAgendaResponse> GetMeetingAgenda(
      Ctx& ctx, const pb::GetMeetingAgendaRequest& request);
  NoticeOr TakeNextNotice(Ctx& ctx, const pb::TakeNextNoticeRequest& request);

  // deciding.cc: what becomes of a notice.
  NoticeOr AcceptNotice(Ctx& ctx, const pb::AcceptNoticeRequest& request);
  NoticeOr NominateAnother(Ctx& ctx, const pb::NominateAnotherCoordinatorRequest& request);
  NoticeOr ForwardNotice(Ctx& ctx, const pb::ForwardNoticeRequest& request);
  NoticeOr MergeNotice(Ctx& ctx, const pb::MergeNoticeRequest& request);

  // complaints.cc: who does not agree.
  using ComplaintOr = absl::StatusOr<pb::NoticeComplaint>;
  ComplaintOr CreateComplaint(Ctx& ctx, const pb::CreateNoticeComplaintRequest& request);
  ComplaintOr ChangeComplaint(Ctx& ctx, const pb::ChangeNoticeComplaintStateRequest& request);

  // letters.cc: what is written to people.
  using LetterOr = absl::StatusOr<pb::Letter>;
  using RenderedOr = absl::StatusOr<pb::RenderLetterResponse>;
  LetterOr DraftLetter(Ctx& ctx, const pb::DraftLetterRequest& request);
  LetterOr IssueLetter(Ctx& ctx, const pb::IssueLetterRequest& request);
  RenderedOr RenderLetter(Ctx& ctx, const pb::RenderLetterRequest& request);
  RenderedOr RenderPackage(Ctx& ctx, const pb::RenderComplaintPackageRequest& request);
  LetterOr ReceiptOf(const pb::NeedNotice& notice, type::Language language) const;
  LetterSources Sources() const;

  // feed.cc: what other services may know.
  // Whether the caller is told of the event; takes out of it what they are not told.
  absl::StatusOr<bool> IsToldOf(Ctx& ctx, type::ObligationEvent& event);
  absl::Status WatchEvents(Ctx& ctx, const type::WatchEventsRequest& request,
                           rpc::Writer<type::ObligationEvent>& writer);
  absl::StatusOr<type::ObligationEvent> GetObligations(Ctx& ctx,
                                                       const type::GetObligationsRequest& request);
  absl::StatusOr<type::ResolveContactResponse> ResolveContact(
      Ctx& ctx, const type::ResolveContactRequest& request);

  // A draft of what the request says, as the caller may send it, and what must not stand in it.
  struct Draft {
    pb::NeedNotice notice;
    Secrets secrets;
  };
  absl::StatusOr<Draft> DraftOf(Ctx& ctx, const pb::CreateNoticeRequest& request,
                                const Step& step) const;

  // Names the plan that the person has open at this unit, if they have one, instead of those that
  // earlier notices led to.
  void NameOpenPlan(pb::NeedNotice& notice) const;

  // handlers.cc: common to all.

  // Authorises, checks the etag, changes, and answers the caller's view.
  NoticeOr Change(Ctx& ctx, const Target& target, const ChangeStep& change,
                  const Secrets& secrets = {});
  // Reads for `action`: NOT_FOUND when the caller may not.
  NoticeOr Read(Ctx& ctx, const std::string& name);
  NoticeOr View(Ctx& ctx, const pb::NeedNotice& notice) const;
  absl::CivilDay Today() const;
  Step StepOf(Ctx& ctx, const std::string& reason) const;
  document::Context ContextOf(Ctx& ctx, const std::string& request_id,
                              const std::string& reason) const;

  const Deps deps_;
};

}  // namespace ip::referral

#endif  // REFERRAL_SERVICE_SERVICE_HANDLERS_H_
