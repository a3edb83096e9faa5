// Who may see what and who has seen it, as callers meet it; checks 4, 5 and 12 of the law
// (domain.md § 8), and that nothing can be learnt of what is not shared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/escaping.h"
#include "plan-service/service/test_service.h"

namespace ip::plan::testing {
namespace {

using Stub = pb::PlanService::Stub;
using AccessStub = pb::AccessService::Stub;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using type::Obligation;

template <class T>
std::string Why(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ReasonOf(result.status());
}

class Acceptance : public PlanServiceTest {
 protected:
  pb::ListAccessLogEntriesResponse Log(const std::string& plan, const Person& who,
                                       const std::string& filter = "") {
    pb::ListAccessLogEntriesRequest request;
    request.set_parent(plan);
    request.set_filter(filter);
    return Must(Access(&AccessStub::ListAccessLogEntries, request, who));
  }
  absl::StatusOr<pb::EmergencyAccess> Emergency(const std::string& plan, const Person& who,
                                                const std::string& number = "") {
    pb::RequestEmergencyAccessRequest request;
    request.set_plan(plan);
    request.set_reason("Bevisstløs på akuttmottaket");
    if (!number.empty()) request.mutable_subject_identity()->set_national_id(number);
    return Access(&AccessStub::RequestEmergencyAccess, request, who);
  }
  std::vector<Obligation::Kind> Duties(const std::string& plan) {
    type::GetObligationsRequest request;
    request.set_aggregate(plan);
    std::vector<Obligation::Kind> kinds;
    const auto event =
        Must(Call(*feed_stub_, &pb::PlanFeedService::Stub::GetObligations, request, service_));
    for (const auto& duty : event.obligations()) {
      kinds.push_back(duty.kind());
    }
    return kinds;
  }
  std::vector<CarePlan::Alarm> UnitAlarms() {
    pb::ListUnitAlertsRequest request;
    request.set_unit("units/fjordvik");
    std::vector<CarePlan::Alarm> alarms;
    const auto list = Must(Plan(&Stub::ListUnitAlerts, request, leader_));
    for (const auto& alert : list.alerts()) {
      alarms.push_back(alert.alarm());
    }
    return alarms;
  }
  Person Doctor() {
    Person doctor = stranger_;
    doctor.token += "|9144897";
    return doctor;
  }
};

TEST_F(Acceptance, Check04_AfterWithdrawalThePlanIsNotThere) {
  const CarePlan plan = Active();
  const auto lists = [&] {
    pb::ListPlansRequest by_role;
    by_role.set_filter("role = \"PARTICIPANT\"");
    return Must(Plan(&Stub::ListPlans, pb::ListPlansRequest(), helper_)).plans_size() +
           Must(Plan(&Stub::ListPlans, by_role, helper_)).plans_size() +
           Must(Plan(&Stub::ListMyActivities, pb::ListMyActivitiesRequest(), helper_)).items_size();
  };
  EXPECT_TRUE(Read(plan.name(), helper_).ok());
  EXPECT_EQ(lists(), 3);
  Must(Access(&AccessStub::WithdrawConsent, Action(share_.name(), share_.etag()), owner_));

  const auto gone = Read(plan.name(), helper_).status();
  EXPECT_TRUE(absl::IsNotFound(gone)) << gone;
  EXPECT_EQ(ToRpcStatus(gone).SerializeAsString(),
            ToRpcStatus(Read("plans/none-at-all", helper_).status()).SerializeAsString());
  EXPECT_EQ(lists(), 0);
  // Nothing else answers either.
  pb::ListAccessLogEntriesRequest log;
  log.set_parent(plan.name());
  EXPECT_TRUE(absl::IsNotFound(Access(&AccessStub::ListAccessLogEntries, log, helper_).status()));
  pb::BatchGetPlansRequest batch;
  batch.add_names(plan.name());
  EXPECT_TRUE(absl::IsNotFound(Plan(&Stub::BatchGetPlans, batch, helper_).status()));
  EXPECT_TRUE(
      absl::IsNotFound(Plan(&Stub::AcceptActivity,
                            Action(plan.activities(0).name(), plan.activities(0).etag()), helper_)
                           .status()));
}

TEST_F(Acceptance, Check04_PagesTellNothingOfWhatIsNotShared) {
  // Three plans that the helper takes part in; two are shared. Pages of one: two pages, no token
  // that tells of a third, none that holds the name of the hidden plan.
  std::vector<std::string> names;
  for (int serial = 11; serial < 14; ++serial) {
    const Person someone = Known("CITIZEN", "", serial);
    pb::CreatePlanRequest request = NewPlanRequest();
    request.mutable_subject_identity()->set_national_id(someone.number);
    const std::string plan = Must(Plan(&Stub::CreatePlan, request, service_)).name();
    names.push_back(plan);
    Accepted(Nominated(plan));
    const std::string helper = Invited(plan).name();
    if (serial == 12) continue;
    pb::CreateConsentRequest share;
    share.set_parent(plan);
    share.mutable_consent()->set_kind(pb::Consent::SHARE);
    share.mutable_consent()->set_participant(helper);
    share.mutable_consent()->add_sections(type::GOALS);
    share.mutable_consent()->set_informed(true);
    Must(Access(&AccessStub::GiveConsent, share, someone));
  }
  for (const char* order : {"next_evaluation_date", "create_time desc", "attention"}) {
    pb::ListPlansRequest request;
    request.set_page_size(1);
    request.set_order_by(order);
    std::vector<std::string> seen;
    int pages = 0;
    do {
      const auto page = Must(Plan(&Stub::ListPlans, request, helper_));
      ++pages;
      for (const auto& plan : page.plans()) seen.push_back(plan.name());
      std::string token;
      absl::WebSafeBase64Unescape(page.next_page_token(), &token);
      EXPECT_THAT(token, Not(HasSubstr(names[1])));
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty() && pages < 5);
    EXPECT_EQ(pages, 2) << order;
    EXPECT_THAT(seen, ::testing::UnorderedElementsAre(names[0], names[2])) << order;
  }
}

TEST_F(Acceptance, Check05_EveryReadLeavesOneRowBeforeTheAnswer) {
  const CarePlan plan = Active();
  const auto rows = [&] { return Count("SELECT COUNT(*) FROM access_log"); };
  const auto reads = std::vector<std::pair<std::string, std::function<bool()>>>{
      {"GetPlan", [&] { return Read(plan.name(), coordinator_).ok(); }},
      {"GetPlan of the owner", [&] { return Read(plan.name(), owner_).ok(); }},
      {"BatchGetPlans",
       [&] {
         pb::BatchGetPlansRequest request;
         request.add_names(plan.name());
         return Plan(&Stub::BatchGetPlans, request, helper_).ok();
       }},
      {"ListPlans",
       [&] { return Plan(&Stub::ListPlans, pb::ListPlansRequest(), coordinator_).ok(); }},
      {"ListMyActivities",
       [&] { return Plan(&Stub::ListMyActivities, pb::ListMyActivitiesRequest(), helper_).ok(); }},
      {"ListPlanRevisions",
       [&] {
         pb::ListPlanRevisionsRequest request;
         request.set_name(plan.name());
         return Plan(&Stub::ListPlanRevisions, request, coordinator_).ok();
       }},
      {"CheckPlan",
       [&] {
         pb::CheckPlanRequest request;
         request.set_name(plan.name());
         return Plan(&Stub::CheckPlan, request, coordinator_).ok();
       }},
      {"PreviewAccess",
       [&] {
         pb::PreviewAccessRequest request;
         request.set_plan(plan.name());
         request.set_participant(plan.participants(1).name());
         return Access(&AccessStub::PreviewAccess, request, coordinator_).ok();
       }},
      {"ListAccessLogEntries",
       [&] {
         pb::ListAccessLogEntriesRequest request;
         request.set_parent(plan.name());
         return Access(&AccessStub::ListAccessLogEntries, request, leader_).ok();
       }},
  };
  for (const auto& [method, read] : reads) {
    const int64_t before = rows();
    EXPECT_TRUE(read()) << method;
    EXPECT_EQ(rows(), before + 1) << method;
  }
  // Without the log nothing is shown, whoever asks and however many at once.
  database_.Run("RENAME TABLE access_log TO access_log_away;");
  for (const auto& [method, read] : reads) EXPECT_FALSE(read()) << method;
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back(
        [&] { EXPECT_EQ(Why(Read(plan.name(), coordinator_)), "ACCESS_LOG_UNAVAILABLE"); });
  }
  for (auto& reader : readers) reader.join();
  database_.Run("RENAME TABLE access_log_away TO access_log;");
  EXPECT_TRUE(Read(plan.name(), coordinator_).ok());
}

TEST_F(Acceptance, Check05_TheOwnerReadsTheLogInPlainWords) {
  const CarePlan plan = Active();
  Must(Read(plan.name(), helper_));
  const auto entry = Log(plan.name(), owner_).access_log_entries(0);
  EXPECT_EQ(
      entry.summary().nb(),
      "Navn Navnesen (Helse og mestring) så oversikten, mål og tiltak med samtykke fra eieren.");
  EXPECT_EQ(entry.consent(), share_.name());
  // Others read their own look-ups only.
  const auto own_rows = Log(plan.name(), helper_);
  for (const auto& own : own_rows.access_log_entries()) {
    EXPECT_EQ(own.accessor(), helper_.name);
  }
}

TEST_F(Acceptance, Check12_At16TheParentNoLongerReadsByDefault) {
  const Person parent = Known("CITIZEN", "", 21);
  pb::CreatePlanRequest opening = NewPlanRequest();
  // Today is 2 March 2026; the owner turns 16 on 12 March.
  *opening.mutable_plan()->mutable_subject()->mutable_birth_date() =
      ToDate(absl::CivilDay(2010, 3, 12));
  const std::string plan = Must(Plan(&Stub::CreatePlan, opening, service_)).name();
  pb::CreateRepresentativeRequest request;
  request.set_parent(plan);
  request.mutable_representative()->set_kind(pb::Representative::PARENT);
  request.mutable_representative()->set_display_name("Mor");
  request.mutable_representative()->set_basis("foreldreansvar");
  request.mutable_representative()->set_may_act(true);
  *request.mutable_representative()->mutable_period()->mutable_start_date() =
      ToDate(OsloDay(clock_.Now()));
  request.mutable_identity()->set_national_id(parent.number);
  const auto appointed = Must(Access(&AccessStub::CreateRepresentative, request, case_worker_));
  EXPECT_EQ(ToDay(appointed.legal_end_date()), absl::CivilDay(2026, 3, 12));

  clock_.Advance(absl::Hours(24 * 9));  // 11 March, the last day
  EXPECT_EQ(Must(Read(plan, parent)).name(), plan);
  clock_.Advance(absl::Hours(24));
  EXPECT_TRUE(absl::IsNotFound(Read(plan, parent).status()));
  EXPECT_THAT(Must(Plan(&Stub::ListPlans, pb::ListPlansRequest(), parent)).plans(), IsEmpty());
  // The log shows the parent's look-ups until then, and none after.
  const auto log = Log(plan, owner_);
  ASSERT_THAT(log.access_log_entries(), SizeIs(1));
  EXPECT_EQ(log.access_log_entries(0).accessor(), parent.name);
  EXPECT_EQ(log.access_log_entries(0).basis(), "REPRESENTATIVE");
  EXPECT_EQ(OsloDay(ToTime(log.access_log_entries(0).access_time())), absl::CivilDay(2026, 3, 11));
}

TEST_F(Acceptance, TheOwnerAsksWhyAndTheUnitAnswers) {
  const CarePlan plan = Active();
  Must(Read(plan.name(), helper_));
  const std::string entry = Log(plan.name(), owner_).access_log_entries(0).name();
  pb::AskAboutAccessRequest ask;
  ask.set_name(entry);
  ask.set_question("Hvorfor så Per i planen?");
  const auto asked = Must(Access(&AccessStub::AskAboutAccess, ask, owner_));
  EXPECT_EQ(asked.question(), ask.question());
  EXPECT_TRUE(asked.has_ask_time());
  EXPECT_THAT(Duties(plan.name()), Contains(Obligation::ACCESS_QUESTION));
  EXPECT_THAT(UnitAlarms(), Contains(CarePlan::ACCESS_QUESTION));
  EXPECT_EQ(Why(Access(&AccessStub::AskAboutAccess, ask, owner_)), "ACCESS_QUESTION_OPEN");
  ask.set_name(plan.name() + "/accessLogEntries/99999999");
  EXPECT_EQ(Why(Access(&AccessStub::AskAboutAccess, ask, owner_)), "RESOURCE_NOT_FOUND");

  // The leader finds it; who looked learns nothing of the question.
  const auto open = Log(plan.name(), leader_, "question = \"OPEN\"");
  ASSERT_THAT(open.access_log_entries(), SizeIs(1));
  EXPECT_EQ(open.access_log_entries(0).question(), "Hvorfor så Per i planen?");
  EXPECT_THAT(Log(plan.name(), helper_, "question = \"OPEN\"").access_log_entries(), IsEmpty());
  const auto own_rows = Log(plan.name(), helper_);
  for (const auto& own : own_rows.access_log_entries()) {
    EXPECT_EQ(own.question(), "");
  }
  EXPECT_THAT(Must(Read(plan.name(), coordinator_)).access_questions(), IsEmpty());

  pb::AnswerAccessQuestionRequest answer;
  answer.set_name(entry);
  answer.set_answer("Per er med i gruppa di og forberedte møtet.");
  EXPECT_EQ(Why(Access(&AccessStub::AnswerAccessQuestion, answer, case_worker_)),
            "ROLE_NOT_ALLOWED");
  Must(Access(&AccessStub::AnswerAccessQuestion, answer, leader_));
  const auto answered = Log(plan.name(), owner_, "question = \"ANSWERED\"");
  ASSERT_THAT(answered.access_log_entries(), SizeIs(1));
  EXPECT_EQ(answered.access_log_entries(0).answer(), answer.answer());
  EXPECT_THAT(Log(plan.name(), leader_, "question = \"OPEN\"").access_log_entries(), IsEmpty());
  EXPECT_THAT(Duties(plan.name()), Not(Contains(Obligation::ACCESS_QUESTION)));
  EXPECT_THAT(UnitAlarms(), Not(Contains(CarePlan::ACCESS_QUESTION)));
}

TEST_F(Acceptance, AnEmergencyOpensThePlanForFourHoursAndIsReviewed) {
  const CarePlan plan = Active();
  EXPECT_EQ(Why(Emergency(plan.name(), stranger_)), "HPR_NUMBER_MISSING");
  EXPECT_TRUE(absl::IsNotFound(Emergency("plans/none-at-all", Doctor()).status()));
  EXPECT_TRUE(absl::IsNotFound(Emergency("plans/-", Doctor(), stranger_.number).status()));
  const auto opened = Must(Emergency("plans/-", Doctor(), owner_.number));
  EXPECT_EQ(ToTime(opened.expire_time()) - ToTime(opened.create_time()), absl::Hours(4));
  EXPECT_THAT(Duties(plan.name()), Contains(Obligation::EMERGENCY_REVIEW));
  EXPECT_THAT(UnitAlarms(), Contains(CarePlan::EMERGENCY_REVIEW));
  EXPECT_THAT(Must(Read(plan.name(), Doctor())).goals(), SizeIs(1));

  const auto log = Log(plan.name(), owner_);
  EXPECT_EQ(log.access_log_entries(0).basis(), "EMERGENCY");
  EXPECT_THAT(log.access_log_entries(0).summary().nb(), HasSubstr("i en nødsituasjon"));
  EXPECT_THAT(log.access_log_entries(1).summary().nb(),
              HasSubstr("Oppgitt grunn: Bevisstløs på akuttmottaket"));

  pb::ListEmergencyAccessesRequest list;
  list.set_parent(plan.name());
  for (const Person& who : {owner_, leader_}) {
    const auto accesses = Must(Access(&AccessStub::ListEmergencyAccesses, list, who));
    ASSERT_THAT(accesses.emergency_accesses(), SizeIs(1));
    EXPECT_EQ(accesses.emergency_accesses(0).hpr_number(), "9144897");
  }
  EXPECT_THAT(
      Must(Access(&AccessStub::ListEmergencyAccesses, list, coordinator_)).emergency_accesses(),
      IsEmpty());

  pb::ReviewEmergencyAccessRequest review;
  review.set_name(opened.name());
  review.set_comment("Riktig å se etter medisiner.");
  review.set_justified(true);
  EXPECT_TRUE(Must(Access(&AccessStub::ReviewEmergencyAccess, review, leader_)).has_review_time());
  EXPECT_THAT(UnitAlarms(), Not(Contains(CarePlan::EMERGENCY_REVIEW)));
  EXPECT_EQ(Why(Access(&AccessStub::ReviewEmergencyAccess, review, leader_)),
            "EMERGENCY_ACCESS_REVIEWED");
  clock_.Advance(absl::Hours(4));
  EXPECT_TRUE(absl::IsNotFound(Read(plan.name(), Doctor()).status()));
}

TEST_F(Acceptance, AnEmergencyOpensNothingToWhoIsShutOut) {
  const CarePlan plan = Active();
  pb::BlockAccessRequest block;
  block.set_parent(plan.name());
  block.mutable_access_block()->set_person(stranger_.name);
  Must(Access(&AccessStub::BlockAccess, block, owner_));
  EXPECT_TRUE(absl::IsNotFound(Emergency(plan.name(), Doctor()).status()));
}

TEST_F(Acceptance, AConsentWithAPurposeOpensOnlyCallsThatStateIt) {
  const std::string plan = Opened().name();
  Accepted(Nominated(plan));
  pb::CreateConsentRequest request;
  request.set_parent(plan);
  request.mutable_consent()->set_kind(pb::Consent::SHARE);
  request.mutable_consent()->set_participant(Invited(plan).name());
  request.mutable_consent()->add_sections(type::GOALS);
  request.mutable_consent()->set_purpose("SKOLE");
  request.mutable_consent()->set_informed(true);
  Must(Access(&AccessStub::GiveConsent, request, owner_));
  EXPECT_TRUE(absl::IsNotFound(Read(plan, helper_).status()));
  Person at_school = helper_;
  at_school.token += "||SKOLE";
  EXPECT_TRUE(Read(plan, at_school).ok());
  EXPECT_EQ(Log(plan, owner_).access_log_entries(0).purpose_of_use(), "SKOLE");
}

TEST_F(Acceptance, ProtectedParticipantsAreHiddenFromEachOtherAndInThePreview) {
  const CarePlan plan = Active();
  pb::CreateParticipantRequest request;
  request.set_parent(plan.name());
  *request.mutable_participant() = Professional("Tone Skjult", "tone@fjordvik.example");
  request.mutable_participant()->set_protected_identity(true);
  request.mutable_identity()->set_national_id(stranger_.number);
  const auto hidden = Must(Plan(&Stub::CreateParticipant, request, coordinator_));
  const auto helper = plan.participants(1).person() == helper_.name ? plan.participants(1).name()
                                                                    : plan.participants(2).name();
  Shared(plan.name(), helper, {type::TEAM, type::ACTIVITIES});
  Shared(plan.name(), hidden.name(), {type::TEAM});
  pb::PreviewAccessRequest preview;
  preview.set_plan(plan.name());
  preview.set_participant(helper);
  const std::string told[] = {
      Must(Read(plan.name(), helper_)).DebugString(),
      Must(Access(&AccessStub::PreviewAccess, preview, owner_)).plan().DebugString()};
  for (const std::string& text : told) {
    EXPECT_THAT(text, HasSubstr("Per Vik"));
    EXPECT_THAT(text, Not(HasSubstr("Tone Skjult")));
    EXPECT_THAT(text, Not(HasSubstr(stranger_.name)));
    EXPECT_THAT(text, Not(HasSubstr("tone@fjordvik")));
  }
  EXPECT_THAT(Must(Read(plan.name(), owner_)).DebugString(), HasSubstr("Tone Skjult"));
}

}  // namespace
}  // namespace ip::plan::testing
