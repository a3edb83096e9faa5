// What a journal system does: sends a notice of need and follows its status.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <thread>

#include "connect.h"
#include "individuellplan/referral/v1/referral_service.grpc.pb.h"

namespace referral = individuellplan::referral::v1;
namespace type = individuellplan::type::v1;
using referral::NeedNotice;

namespace {

google::type::Date Today() {
  const std::time_t now = std::time(nullptr);
  const std::tm* local = std::localtime(&now);
  google::type::Date today;
  today.set_year(local->tm_year + 1900);
  today.set_month(local->tm_mon + 1);
  today.set_day(local->tm_mday);
  return today;
}

NeedNotice MakeNotice() {
  NeedNotice notice;
  notice.mutable_subject()->set_display_name("Karolina Nowicka");
  notice.mutable_subject()->set_municipality_code("4699");
  notice.mutable_notifier()->set_display_name("Jonas Berg");
  notice.mutable_notifier()->set_source(referral::Notifier::GENERAL_PRACTITIONER);
  notice.mutable_notifier()->set_work_email("jonas.berg@legesenter.example");
  notice.set_need_description(
      "Trenger hjelp fra hjemmetjenesten, Nav og oss over lang tid, og én å ringe til.");
  notice.add_life_areas(type::HEALTH);
  notice.add_life_areas(type::WORK);
  notice.set_requested_outcome(NeedNotice::PLAN_AND_COORDINATOR);
  *notice.mutable_need_observed_date() = Today();
  notice.set_urgency(NeedNotice::ROUTINE);
  // Without these two the notice cannot be sent: hpl § 22 and pbrl § 3-2.
  notice.mutable_consent_basis()->set_kind(referral::ConsentBasis::CONSENT);
  *notice.mutable_consent_basis()->mutable_consent_date() = Today();
  notice.mutable_rights_information()->set_given(true);
  *notice.mutable_rights_information()->mutable_given_date() = Today();
  return notice;
}

void Show(const NeedNotice& notice) {
  const auto& due = notice.clock().deadline_date();
  std::printf("%s is %s; an answer is due by %d-%02d-%02d\n", notice.name().c_str(),
              NeedNotice::State_Name(notice.state()).c_str(), due.year(), due.month(), due.day());
  std::fflush(stdout);
}

bool IsOpen(const NeedNotice& notice) {
  return notice.state() == NeedNotice::SUBMITTED || notice.state() == NeedNotice::IN_TRIAGE ||
         notice.state() == NeedNotice::AWAITING_INFO || notice.state() == NeedNotice::ACCEPTED;
}

}  // namespace

int main() {
  const std::string token =
      SystemToken("individuellplan/notices.write individuellplan/notices.read");
  const auto stub = referral::ReferralService::NewStub(Connect());

  referral::CreateNoticeRequest create;
  create.set_request_id(RequestId());
  // Synthetic: month + 80. It is never stored in the notice and never answered.
  create.mutable_subject_identity()->set_national_id(Setting("IP_NATIONAL_ID", "19878500876"));
  *create.mutable_notice() = MakeNotice();
  NeedNotice draft;
  Check(stub->CreateNotice(Call(token).get(), create, &draft));

  // The same request id in a repeated call makes it one call: safe after a lost answer.
  referral::ActionRequest submit;
  submit.set_name(draft.name());
  submit.set_etag(draft.etag());
  submit.set_request_id(RequestId());
  NeedNotice notice;
  Check(stub->SubmitNotice(Call(token).get(), submit, &notice));
  Show(notice);

  referral::GetNoticeRequest get;
  get.set_name(notice.name());
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::seconds(std::stoi(Setting("IP_FOLLOW_SECONDS", "60")));
  while (IsOpen(notice) && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    NeedNotice found;
    Check(stub->GetNotice(Call(token).get(), get, &found));
    if (found.state() != notice.state()) Show(found);
    notice = found;
  }
}
