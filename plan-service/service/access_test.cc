// Who may see what and who has seen it, as callers meet it; checks 4, 5 and 12 of the law
// (domain.md § 8), and that nothing can be learnt of what is not shared.
#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/escaping.h"
#include "plan-service/service/test_access.h"

namespace ip::plan::testing {
namespace {

TEST_F(Acceptance, Check04_AfterWithdrawalThePlanIsNotThere) {
  const CarePlan plan = Active();
  const auto lists = [&] {
    pb::ListPlansRequest by_role;
    by_role.set_filter("role = \"PARTICIPANT\"");
    return Must(Plan(&Stub::ListPlans, pb::ListPlansRequest(), helper_)).plans_size() +
           Must(Plan(&Stub::ListPlans, by_role, helper_)).plans_size() +
           Must(Plan(&Stub::ListMyActivities, pb::ListMyActivitiesRequest(), helper_)).items_size();
  };
  const CarePlan seen = Must(Read(plan.name(), helper_));
  EXPECT_THAT(seen.goals(), SizeIs(1));
  EXPECT_THAT(seen.needs(), IsEmpty());
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
    const std::string plan = OpenedFor(someone).name();
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
  EXPECT_EQ(entry.basis(), "CONSENT");
  EXPECT_EQ(entry.method(), "GetPlan");
  // Others read their own look-ups only.
  const auto own_rows = Log(plan.name(), helper_);
  for (const auto& own : own_rows.access_log_entries()) {
    EXPECT_EQ(own.accessor(), helper_.name);
  }
}

TEST_F(Acceptance, Check05_TheLogShowsWhenItWasTamperedWith) {
  const std::string plan = Opened().name();
  for (int i = 0; i < 3; ++i) Must(Read(plan, owner_));
  pb::VerifyAccessLogRequest request;
  request.set_plan(plan);
  const auto verify = [&] { return Must(Access(&AccessStub::VerifyAccessLog, request, owner_)); };
  EXPECT_TRUE(verify().intact());
  EXPECT_EQ(verify().entry_count(), 3);
  database_.Run("CREATE TABLE kept AS SELECT * FROM access_log;");
  for (const char* harm :
       {"DELETE FROM access_log WHERE number = 3;", "DELETE FROM access_log WHERE number = 2;",
        "UPDATE access_log a, kept k SET a.entry = k.entry"
        " WHERE a.number = 2 AND k.number = 1;",
        "UPDATE access_log SET hash = REVERSE(hash) WHERE number = 1;"}) {
    database_.Run(harm);
    EXPECT_FALSE(verify().intact()) << harm;
    database_.Run("DELETE FROM access_log; INSERT INTO access_log SELECT * FROM kept;");
    EXPECT_TRUE(verify().intact());
  }
}

TEST_F(Acceptance, Check12_At16TheParentNoLongerReadsByDefault) {
  const Person parent = Known("CITIZEN", "", 21);
  pb::CreatePlanRequest opening = NewPlanRequest();
  // Today is 2 March 2026; the owner turns 16 on 12 March.
  *opening.mutable_plan()->mutable_subject()->mutable_birth_date() =
      ToDate(absl::CivilDay(2010, 3, 12));
  const std::string plan = Must(Plan(&Stub::CreatePlan, opening, service_)).name();
  const auto appointed =
      Must(Represented(plan, parent, pb::Representative::PARENT, {}, case_worker_));
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

TEST_F(Acceptance, Check12_At16TheYoungPersonIsAskedForConsent) {
  const Person parent = Known("CITIZEN", "", 21);
  pb::CreatePlanRequest opening = NewPlanRequest();
  *opening.mutable_plan()->mutable_subject()->mutable_birth_date() =
      ToDate(absl::CivilDay(2010, 3, 12));
  const std::string plan = Must(Plan(&Stub::CreatePlan, opening, service_)).name();
  Accepted(Nominated(plan));
  Must(Represented(plan, parent, pb::Representative::PARENT, {}, case_worker_));
  pb::CreateConsentRequest share;
  share.set_parent(plan);
  share.mutable_consent()->set_kind(pb::Consent::SHARE);
  share.mutable_consent()->set_participant(Invited(plan).name());
  share.mutable_consent()->add_sections(type::GOALS);
  share.mutable_consent()->set_informed(true);
  const auto given = Must(Access(&AccessStub::GiveConsent, share, parent));
  clock_.Advance(absl::Hours(24 * 10));  // 12 March: 16 years

  const CarePlan grown = Must(Read(plan, owner_));
  const auto question =
      std::find_if(grown.consents().begin(), grown.consents().end(),
                   [&](const pb::Consent& asked) { return asked.renews() == given.name(); });
  ASSERT_NE(question, grown.consents().end());
  EXPECT_EQ(question->state(), pb::Consent::PROPOSED);
  EXPECT_THAT(Duties(plan), Contains(Obligation::CONSENT_QUESTION));
  EXPECT_THAT(Duties(plan), Contains(Obligation::AGE_TRANSITION));
  // What the parent said holds for the time of grace; the question is the young person's.
  EXPECT_TRUE(Read(plan, helper_).ok());
  const auto answer = Action(question->name(), question->etag());
  EXPECT_TRUE(absl::IsNotFound(Access(&AccessStub::RefuseConsent, answer, parent).status()));
  EXPECT_EQ(Must(Access(&AccessStub::RefuseConsent, answer, owner_)).state(), pb::Consent::REFUSED);
  EXPECT_TRUE(absl::IsNotFound(Read(plan, helper_).status()));
  EXPECT_THAT(Duties(plan), Not(Contains(Obligation::CONSENT_QUESTION)));
  // And may share anew whenever they like.
  EXPECT_EQ(Must(Access(&AccessStub::GiveConsent, share, owner_)).grantor(), owner_.name);
  EXPECT_TRUE(Read(plan, helper_).ok());
  pb::ListPlanRevisionsRequest history;
  history.set_name(plan);
  EXPECT_THAT(Must(Plan(&Stub::ListPlanRevisions, history, owner_)).ShortDebugString(),
              HasSubstr("RefuseConsent"));
}

TEST_F(Acceptance, ARepresentativeActsWithinTheScopeOfTheMandate) {
  const CarePlan plan = Active();
  const Person guardian = Known("CITIZEN", "", 22);
  Must(Represented(plan.name(), guardian, pb::Representative::GUARDIAN, {type::GOALS}, owner_));

  const CarePlan seen = Must(Read(plan.name(), guardian));
  EXPECT_THAT(seen.goals(), SizeIs(1));
  EXPECT_THAT(seen.activities(), IsEmpty());
  // Who represents the owner is none of their parts; their own mandate they know.
  EXPECT_THAT(seen.representatives(), IsEmpty());
  EXPECT_EQ(seen.own_mandate().represented(), owner_.name);
  EXPECT_THAT(seen.own_mandate().act_sections(), ::testing::ElementsAre(type::GOALS));
  EXPECT_FALSE(Must(Read(plan.name(), owner_)).has_own_mandate());
  pb::GetPlanRequest past;
  past.set_name(plan.name());
  *past.mutable_as_of_time() = ToTimestamp(clock_.Now());
  EXPECT_FALSE(Must(Plan(&Stub::GetPlan, past, guardian)).has_own_mandate());
  const auto listed = Must(Plan(&Stub::ListPlans, pb::ListPlansRequest(), guardian));
  ASSERT_THAT(listed.plans(), SizeIs(1));
  EXPECT_EQ(listed.plans(0).subject_display_name(), plan.subject().display_name());
  EXPECT_FALSE(listed.plans(0).has_next_evaluation_date());
  pb::CreateGoalRequest goal;
  goal.set_parent(plan.name());
  goal.mutable_goal()->mutable_own_words()->set_text("Hun vil ha hund");
  EXPECT_EQ(Why(Plan(&Stub::CreateGoal, goal, guardian)), "OK");
  pb::CreateActivityRequest activity;
  activity.set_parent(plan.name());
  activity.mutable_activity()->set_title("Kjøpe hund");
  EXPECT_EQ(Why(Plan(&Stub::CreateActivity, activity, guardian)), "SECTION_NOT_SHARED");
  EXPECT_EQ(Why(Represented(plan.name(), guardian, pb::Representative::GUARDIAN, {}, guardian)),
            "NOT_ALLOWED_IN_PLAN");
  // One method writes in several parts: it depends on the part.
  pb::UpdatePlanRequest update;
  update.mutable_plan()->set_name(plan.name());
  update.mutable_plan()->mutable_what_matters_most()->set_text("Hund");
  EXPECT_EQ(Why(Plan(&Stub::UpdatePlan, update, guardian)), "OK");
  update.mutable_plan()->set_strengths_none_stated(true);
  EXPECT_EQ(Why(Plan(&Stub::UpdatePlan, update, guardian)), "SECTION_NOT_SHARED");
  const CarePlan now = Must(Read(plan.name(), owner_));
  EXPECT_EQ(Why(Plan(&Stub::ApprovePlan, Action(plan.name(), now.etag()), guardian)),
            "NOT_ALLOWED_IN_PLAN");
  EXPECT_EQ(Why(Plan(&Stub::RevokePlan, Action(plan.name(), now.etag()), guardian)),
            "NOT_ALLOWED_IN_PLAN");
  pb::CreateConsentRequest share;
  share.set_parent(plan.name());
  share.mutable_consent()->set_kind(pb::Consent::SHARE);
  share.mutable_consent()->set_participant(share_.participant());
  share.mutable_consent()->add_sections(type::GOALS);
  share.mutable_consent()->set_purpose("HUND");
  share.mutable_consent()->set_informed(true);
  EXPECT_EQ(Must(Access(&AccessStub::GiveConsent, share, guardian)).grantor_basis(),
            pb::Representative::GUARDIAN);
  share.mutable_consent()->add_sections(type::NEEDS);
  EXPECT_EQ(Why(Access(&AccessStub::GiveConsent, share, guardian)), "NOT_ALLOWED_IN_PLAN");
  // The consent that carries the plan is not theirs to withdraw, nor a block to lift; to shut
  // somebody out, or share less, always is.
  const auto& opening = now.consents(0);
  ASSERT_EQ(opening.kind(), pb::Consent::CREATE_PLAN);
  EXPECT_EQ(
      Why(Access(&AccessStub::WithdrawConsent, Action(opening.name(), opening.etag()), guardian)),
      "NOT_ALLOWED_IN_PLAN");
  EXPECT_EQ(
      Why(Access(&AccessStub::WithdrawConsent, Action(share_.name(), share_.etag()), guardian)),
      "OK");
  pb::BlockAccessRequest block;
  block.set_parent(plan.name());
  block.mutable_access_block()->set_person(helper_.name);
  const auto shut = Must(Access(&AccessStub::BlockAccess, block, guardian));
  EXPECT_EQ(Why(Access(&AccessStub::LiftAccessBlock, Action(shut.name(), shut.etag()), guardian)),
            "NOT_ALLOWED_IN_PLAN");
  EXPECT_EQ(Why(Access(&AccessStub::LiftAccessBlock, Action(shut.name(), shut.etag()), owner_)),
            "OK");
  const auto own_rows = Log(plan.name(), guardian);
  for (const auto& row : own_rows.access_log_entries()) EXPECT_EQ(row.accessor(), guardian.name);
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
