// Which FHIR code stands for which of our states. The first value with a code is the one the code
// is read as; the others stand to the letter in an extension.
#ifndef GATEWAY_FHIR_CODES_H_
#define GATEWAY_FHIR_CODES_H_

#include "gateway/fhir/elements.h"
#include "individuellplan/plan/v1/care_plan.pb.h"

namespace ip::fhir {

namespace pb = individuellplan::plan::v1;

inline constexpr char kAchievement[] = "http://terminology.hl7.org/CodeSystem/goal-achievement";
inline constexpr char kPertainsToGoal[] =
    "http://hl7.org/fhir/StructureDefinition/goal-pertainsToGoal";
inline constexpr char kResourcePertainsToGoal[] =
    "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal";
// Norwegian identifiers: organizations (Enhetsregisteret), persons (fødselsnummer, D-nummer), HPR.
inline constexpr char kOrganizationNumber[] = "urn:oid:2.16.578.1.12.4.1.4.101";
inline constexpr char kNationalId[] = "urn:oid:2.16.578.1.12.4.1.4.1";
inline constexpr char kDNumber[] = "urn:oid:2.16.578.1.12.4.1.4.2";

inline constexpr CodeTable kPlanStates = {
    {pb::CarePlan::DRAFT, "draft"},     {pb::CarePlan::ACTIVE, "active"},
    {pb::CarePlan::ON_HOLD, "on-hold"}, {pb::CarePlan::COMPLETED, "completed"},
    {pb::CarePlan::REVOKED, "revoked"}, {pb::CarePlan::ENTERED_IN_ERROR, "entered-in-error"}};
inline constexpr CodeTable kGoalStates = {{pb::Goal::PROPOSED, "proposed"},
                                          {pb::Goal::ACCEPTED, "accepted"},
                                          {pb::Goal::REJECTED, "rejected"},
                                          {pb::Goal::PLANNED, "planned"},
                                          {pb::Goal::ACTIVE, "active"},
                                          {pb::Goal::ON_HOLD, "on-hold"},
                                          {pb::Goal::COMPLETED, "completed"},
                                          {pb::Goal::CANCELLED, "cancelled"},
                                          {pb::Goal::ENTERED_IN_ERROR, "entered-in-error"}};
inline constexpr CodeTable kAchievements = {{pb::Goal::IN_PROGRESS, "in-progress"},
                                            {pb::Goal::IMPROVING, "improving"},
                                            {pb::Goal::WORSENING, "worsening"},
                                            {pb::Goal::NO_CHANGE, "no-change"},
                                            {pb::Goal::ACHIEVED, "achieved"},
                                            {pb::Goal::SUSTAINING, "sustaining"},
                                            {pb::Goal::NOT_ACHIEVED, "not-achieved"},
                                            {pb::Goal::NO_PROGRESS, "no-progress"},
                                            {pb::Goal::NOT_ATTAINABLE, "not-attainable"}};
inline constexpr CodeTable kExecutions = {
    {pb::Activity::NOT_STARTED, "active"},  {pb::Activity::SCHEDULED, "active"},
    {pb::Activity::IN_PROGRESS, "active"},  {pb::Activity::ON_HOLD, "on-hold"},
    {pb::Activity::COMPLETED, "completed"}, {pb::Activity::STOPPED, "revoked"},
    {pb::Activity::CANCELLED, "revoked"},   {pb::Activity::ENTERED_IN_ERROR, "entered-in-error"}};
inline constexpr CodeTable kCommitments = {{pb::Activity::REQUESTED, "requested"},
                                           {pb::Activity::ACCEPTED, "accepted"},
                                           {pb::Activity::DECLINED, "rejected"},
                                           {pb::Activity::RELEASED, "cancelled"}};
inline constexpr CodeTable kEvaluationStates = {{pb::Evaluation::PLANNED, "requested"},
                                                {pb::Evaluation::HELD, "completed"},
                                                {pb::Evaluation::APPROVED, "completed"},
                                                {pb::Evaluation::RESCHEDULED, "cancelled"},
                                                {pb::Evaluation::CANCELLED, "cancelled"}};
inline constexpr CodeTable kConsentStates = {
    {pb::Consent::PROPOSED, "proposed"},    {pb::Consent::ACTIVE, "active"},
    {pb::Consent::NEEDS_RENEWAL, "active"}, {pb::Consent::REFUSED, "rejected"},
    {pb::Consent::WITHDRAWN, "inactive"},   {pb::Consent::EXPIRED, "inactive"},
    {pb::Consent::SUPERSEDED, "inactive"},  {pb::Consent::ENTERED_IN_ERROR, "entered-in-error"}};
inline constexpr CodeTable kConsentKinds = {
    {pb::Consent::NOTIFY_NEED, "notify-need"},
    {pb::Consent::CREATE_PLAN, "create-plan"},
    {pb::Consent::APPOINT_COORDINATOR, "appoint-coordinator"},
    {pb::Consent::SHARE, "share"}};
inline constexpr CodeTable kParticipantKinds = {{pb::Participant::OWNER, "Patient"},
                                                {pb::Participant::PROFESSIONAL, "Practitioner"},
                                                {pb::Participant::RELATED_PERSON, "RelatedPerson"}};
inline constexpr CodeTable kLanguages = {{individuellplan::type::v1::NB, "nb"},
                                         {individuellplan::type::v1::NN, "nn"},
                                         {individuellplan::type::v1::SE, "se"},
                                         {individuellplan::type::v1::EN, "en"}};

}  // namespace ip::fhir

#endif  // GATEWAY_FHIR_CODES_H_
