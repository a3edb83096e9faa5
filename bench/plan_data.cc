#include "bench/plan_data.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "bench/copy_rows.h"
#include "bench/harness.h"
#include "lib/base/id.h"
#include "plan-service/domain/activities.h"
#include "plan-service/domain/consents.h"
#include "plan-service/domain/dates.h"
#include "plan-service/domain/evaluations.h"
#include "plan-service/domain/goals.h"
#include "plan-service/domain/names.h"
#include "plan-service/domain/plans.h"
#include "plan-service/domain/team.h"
#include "plan-service/storage/plan_repository.h"

namespace ip::bench {
namespace {

namespace pb = individuellplan::plan::v1;
namespace type = individuellplan::type::v1;

constexpr int kLoaders = 8;
constexpr int kTemplates = 180;  // one for each day of the next half year
constexpr int64_t kFirstOwner = 10'000;
// Beyond so many, plans are copies of rows.
constexpr int64_t kMostWritten = 100'000;

absl::Time Soon() { return SystemClock().Now() + absl::Seconds(60); }

template <class T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(absl::StrCat("plan data: ", std::string(result.status().message())));
  return *std::move(result);
}

// A plan in the making, changed by the domain's own rules.
class Draft {
 public:
  Draft(const Suite& suite, const std::string& coordinator, const std::string& owner,
        absl::Time now)
      : now_(now), coordinator_(coordinator), owner_(owner), helper_(suite.Person(1)) {
    pb::CreatePlanRequest request;
    request.mutable_plan()->mutable_subject()->set_display_name("Kari Nordli");
    request.mutable_plan()->set_municipality_code(kMunicipality);
    request.mutable_plan()->set_unit(kUnit);
    request.mutable_consent()->set_kind(pb::Consent::CREATE_PLAN);
    request.mutable_consent()->set_form(pb::Consent::PAPER);
    request.mutable_consent()->set_form_reference("arkiv 26/1");
    request.mutable_consent()->set_informed(true);
    plan_ = Must(plan::NewPlan(Unit(), request, plan::NewPlanName(now), owner));
  }

  pb::CarePlan Active(const plan::RuleSet& rules, int evaluation_days) {
    Accept(Nominate());
    AddGoal("Jeg vil handle selv");
    AddGoal("Jeg vil bo for meg selv og ha folk rundt meg");
    const std::string helper = Invite();
    Share(helper);
    for (const char* title : {"Følge til butikken", "Hjelp til å søke bolig", "Samtale hver uke",
                              "Trening i gruppe", "Oversikt over økonomien"}) {
      AddActivity(title, helper);
    }
    pb::Evaluation evaluation;
    *evaluation.mutable_due_date() = plan::ToDate(OsloDay(now_) + evaluation_days);
    Do([&](pb::CarePlan& p) { return plan::CreateEvaluation(p, Coordinator(), evaluation); });
    FillIn();
    Do([&](pb::CarePlan& p) { return plan::ApprovePlan(p, Owner(), Action(p.name(), p.etag())); });
    Do([&](pb::CarePlan& p) {
      return plan::ActivatePlan(p, Coordinator(), Action(p.name(), p.etag()), rules);
    });
    return plan_;
  }

 private:
  plan::Act Owner() const { return {owner_, true, false, now_}; }
  plan::Act Coordinator() const { return {coordinator_, false, true, now_}; }
  plan::Act Unit() const { return {"persons/caseworker", false, false, now_}; }

  static pb::ActionRequest Action(const std::string& name, const std::string& etag) {
    pb::ActionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_reason("fordi");
    return request;
  }

  template <class Change>
  std::string Do(const Change& change) {
    pb::CarePlan changed = plan_;
    std::string result = Must(change(changed));
    plan::Stamp(plan_, changed, now_);
    plan_ = std::move(changed);
    return result;
  }

  static pb::Participant Professional(const std::string& name) {
    pb::Participant participant;
    participant.set_kind(pb::Participant::PROFESSIONAL);
    participant.set_display_name(name);
    participant.set_role_title("Ergoterapeut");
    participant.set_organization(kTherapists);
    participant.set_work_email("noen@fjordvik.example");
    return participant;
  }

  std::string Nominate() {
    pb::NominateCoordinatorRequest request;
    request.set_plan(plan_.name());
    request.set_kind(pb::CoordinatorAppointment::COORDINATOR);
    *request.mutable_candidate() = Professional("Amina Lie");
    return Do([&](pb::CarePlan& p) {
      return plan::NominateCoordinator(p, Unit(), request, coordinator_);
    });
  }
  void Accept(const std::string& appointment) {
    Do([&](pb::CarePlan& p) {
      const auto* found = plan::FindByName(p.coordinator_appointments(), appointment);
      return plan::AcceptAppointment(p, {coordinator_, false, false, now_},
                                     Action(appointment, found->etag()));
    });
  }
  void AddGoal(const std::string& words) {
    pb::Goal goal;
    goal.mutable_own_words()->set_text(words);
    Do([&](pb::CarePlan& p) { return plan::CreateGoal(p, Owner(), goal); });
  }
  std::string Invite() {
    return Do([&](pb::CarePlan& p) {
      return plan::CreateParticipant(p, Coordinator(), Professional("Per Vik"), helper_);
    });
  }
  void Share(const std::string& participant) {
    pb::Consent consent;
    consent.set_kind(pb::Consent::SHARE);
    consent.set_participant(participant);
    consent.add_sections(type::GOALS);
    consent.add_sections(type::ACTIVITIES);
    consent.set_form(pb::Consent::ELECTRONIC);
    consent.set_informed(true);
    Do([&](pb::CarePlan& p) { return plan::AddConsent(p, Owner(), consent, ""); });
  }
  void AddActivity(const std::string& title, const std::string& responsible) {
    pb::Activity activity;
    activity.set_title(title);
    activity.set_extent("2 timer hver uke");
    activity.set_implementation("Per møter Kari hjemme, og de går sammen.");
    activity.set_responsible(responsible);
    *activity.mutable_period()->mutable_start_date() = plan::ToDate(OsloDay(now_));
    *activity.mutable_period()->mutable_end_date() = plan::ToDate(OsloDay(now_) + 200);
    Do([&](pb::CarePlan& p) { return plan::CreateActivity(p, Coordinator(), activity); });
  }
  void FillIn() {
    pb::UpdatePlanRequest update;
    *update.mutable_plan()->mutable_period()->mutable_start_date() = plan::ToDate(OsloDay(now_));
    update.mutable_plan()->set_strengths_none_stated(true);
    update.mutable_plan()->set_collaboration_none_needed(true);
    auto* need = update.mutable_plan()->add_needs();
    need->set_text("Noen å gå sammen med");
    need->set_life_area(type::DAILY_LIVING);
    Do([&](pb::CarePlan& p) { return plan::UpdatePlan(p, Coordinator(), update); });
  }

  const absl::Time now_;
  const std::string coordinator_, owner_, helper_;
  pb::CarePlan plan_;
};

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  // Of one length, so the bytes of a message stay one.
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

struct Template {
  std::string bytes, name, owner, coordinator;
};

// The same plan for somebody else.
pb::CarePlan Copy(const Template& pattern, const std::string& owner,
                  const std::string& coordinator) {
  std::string bytes = pattern.bytes;
  ReplaceAll(bytes, pattern.name, plan::NewPlanName(SystemClock().Now()));
  ReplaceAll(bytes, pattern.owner, owner);
  ReplaceAll(bytes, pattern.coordinator, coordinator);
  pb::CarePlan copy;
  if (!copy.ParseFromString(bytes)) Fail("plan data: a copy is no plan");
  return copy;
}

int64_t CountPlans(sql::Pool& pool) {
  auto session = Must(pool.Acquire(Soon()));
  return Must(session.QueryOne("SELECT COUNT(*) FROM plan", {},
                               [](const sql::Row& row) { return row.Int64(0); }))
      .value_or(0);
}

// Copies of a plan's rows, other people's, that need attention after all that was written. They
// have no revisions, events and request ids: no benchmark reads those of a plan that it cannot
// open.
void CopyPlans(RawConnection& connection, const std::string& original, int64_t count) {
  const std::string name = "CONCAT('plans/ffffffff-ffff-7fff-bff1-', LPAD(LOWER(HEX(n)), 12, '0'))";
  const std::string person = "CONCAT('persons/', LPAD(n, 26, 'c'))";
  const auto later = [](const std::string& column) {
    return absl::StrCat(column, " + INTERVAL 200 + n % 365 DAY");
  };
  const std::string where = absl::StrCat("plan = '", original, "'");
  std::vector<Copies> copies{
      {"plan", absl::StrCat("name = '", original, "'"), {{"name", name}}},
      {"plan_list",
       where,
       {{"plan", name},
        {"open_subject", person},
        {"attention_date", later("o.attention_date")},
        {"next_evaluation_date", later("o.next_evaluation_date")}}},
      {"plan_alert", where, {{"plan", name}, {"from_date", later("o.from_date")}}}};
  for (const std::string role : {"OWNER", "COORDINATOR", "PARTICIPANT"}) {
    copies.push_back({"plan_party",
                      absl::StrCat(where, " AND role = '", role, "'"),
                      {{"plan", name}, {"person", person}}});
  }
  CopyRows(connection, copies, count);
}

document::Context ContextOf(int64_t serial) {
  return {"services/referral-service",  "CreatePlan", "", NewId(SystemClock().Now()),
          Sha256(absl::StrCat(serial)), Soon()};
}

plan::RuleBook Rules() { return Must(plan::RuleBook::Load("plan-service/rules")); }

}  // namespace

std::vector<Caller> Coordinators(const Suite& suite) {
  std::vector<Caller> callers;
  for (int i = 0; i < kCoordinators; ++i) {
    callers.push_back(
        suite.Human(type::PRACTITIONER, suite.Person(kFirstCoordinator + i), kTherapists));
  }
  return callers;
}

void LoadPlans(const Suite& suite, const std::string& schema, int64_t count) {
  const auto pool = suite.OpenPool(schema, kLoaders);
  if (CountPlans(*pool) >= count) return;
  const plan::RuleBook rules = Rules();
  const plan::PlanRepository plans({pool.get(), &suite.cipher(), &SystemClock(), nullptr, "", ""},
                                   &rules);
  const auto coordinators = Coordinators(suite);
  const absl::Time now = SystemClock().Now();
  std::vector<Template> templates;
  for (int days = 1; days <= kTemplates; ++days) {
    Template pattern{"", "", suite.Person(2), coordinators[0].person};
    Draft draft(suite, pattern.coordinator, pattern.owner, now);
    const pb::CarePlan plan = draft.Active(rules.On(OsloDay(now)), days);
    pattern.name = plan.name();
    pattern.bytes = plan.SerializeAsString();
    templates.push_back(std::move(pattern));
  }
  suite.SetDurable(false);
  std::atomic<int64_t> next = 0;
  const int64_t written = std::min(count, kMostWritten);
  std::vector<std::thread> loaders;
  for (int i = 0; i < kLoaders; ++i) {
    loaders.emplace_back([&, i] {
      for (int64_t n = next++; n < written; n = next++) {
        // Dates do not follow the order of names.
        const Template& pattern = templates[static_cast<size_t>(n * 7919 % kTemplates)];
        const auto& coordinator = coordinators[static_cast<size_t>(n % kCoordinators)];
        Must(plans.Create(ContextOf(n),
                          Copy(pattern, suite.Person(kFirstOwner + n), coordinator.person)));
        if (i == 0) Progress(absl::StrCat("loading ", written, " plans:"), n, written);
      }
    });
  }
  for (std::thread& loader : loaders) loader.join();
  Progress(absl::StrCat("loading ", written, " plans:"), written, written);
  if (count > written) {
    RawConnection connection(suite.Raw(schema));
    const std::string original =
        connection.Query("SELECT name FROM plan ORDER BY name DESC LIMIT 1").value_or("");
    CopyPlans(connection, original, count - written);
  }
  suite.SetDurable(true);
}

std::vector<StoredPlan> FindPlans(const Suite& suite, const std::string& schema, int64_t limit,
                                  bool with_activities) {
  const auto pool = suite.OpenPool(schema, 1);
  std::map<std::string, int> index;
  for (const Caller& caller : Coordinators(suite)) {
    const int next = static_cast<int>(index.size());
    index.emplace(caller.person, next);
  }
  std::vector<StoredPlan> found;
  {
    auto session = Must(pool->Acquire(Soon()));
    const absl::Status status = session.Query(
        "SELECT plan, person FROM plan_party WHERE role = 'COORDINATOR' ORDER BY plan", {},
        [&](const sql::Row& row) {
          const auto coordinator = index.find(row.String(1));
          if (coordinator != index.end()) {
            found.push_back({row.String(0), coordinator->second, {}});
          }
        });
    if (!status.ok()) Fail(std::string(status.message()));
  }
  const auto most = static_cast<size_t>(limit);
  if (const size_t stride = found.size() / most; stride > 1) {
    for (size_t i = 0; i < most; ++i) found[i] = found[i * stride];
    found.resize(most);
  }
  if (!with_activities) return found;
  const plan::RuleBook rules = Rules();
  const plan::PlanRepository plans({pool.get(), &suite.cipher(), &SystemClock(), nullptr, "", ""},
                                   &rules);
  for (StoredPlan& plan : found) {
    const pb::CarePlan stored = Must(plans.Get(Soon(), plan.name));
    for (const auto& activity : stored.activities()) {
      plan.activities.push_back(activity.name());
    }
  }
  return found;
}

}  // namespace ip::bench
