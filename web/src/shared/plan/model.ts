// What the pages ask of a plan. Pure functions over the message of the contract.
import { type Activity, Activity_Commitment, Activity_Execution } from '../../gen/individuellplan/plan/v1/activity_pb';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { type CoordinatorAppointment, CoordinatorAppointment_State, type Participant, Participant_Kind } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { type Consent, Consent_Kind, Consent_State } from '../../gen/individuellplan/plan/v1/consent_pb';
import { type Evaluation, Evaluation_State } from '../../gen/individuellplan/plan/v1/evaluation_pb';
import { type Goal, Goal_State } from '../../gen/individuellplan/plan/v1/goal_pb';
import { dayNumber, daysUntil, today } from '../dates';

// The parts of a plan that are shared one by one (the contract's Section).
export const SECTIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

// A 'reader' represents the owner in reading alone.
export type PlanRole = 'owner' | 'representative' | 'reader' | 'coordinator' | 'nominee' | 'participant' | 'outside';

// What the reader is in this plan.
export function roleIn(plan: CarePlan, person: string): PlanRole {
  if (plan.subject?.person === person) return 'owner';
  // Of a plan that has ended nobody is told their mandate; it may still be read.
  const listed = plan.representatives.find((each) => each.person === person && isNow(each.period));
  if (plan.ownMandate?.actSections.length || listed?.mayAct) return 'representative';
  const mine = plan.coordinatorAppointments.filter((each) => each.person === person);
  if (mine.some(isActing)) return 'coordinator';
  if (mine.some(({ state }) => state === CoordinatorAppointment_State.NOMINATED)) return 'nominee';
  if (plan.participants.some((each) => each.person === person)) return 'participant';
  return plan.ownMandate || listed ? 'reader' : 'outside';
}

// Whose plan it is to decide over: the owner's, or who acts for them.
export const isOwners = (role: PlanRole) => role === 'owner' || role === 'representative';
export const mayWrite = (role: PlanRole) => role !== 'reader' && role !== 'nominee' && role !== 'outside';
export const mayEdit = (role: PlanRole) => isOwners(role) || role === 'coordinator';

type Day = { year: number; month: number; day: number };
export function isNow(period: { startDate?: Day; endDate?: Day } | undefined): boolean {
  const now = dayNumber(today());
  return (!period?.startDate || dayNumber(period.startDate) <= now) && (!period?.endDate || dayNumber(period.endDate) >= now);
}

const isActing = ({ state }: CoordinatorAppointment) =>
  state === CoordinatorAppointment_State.ACTIVE || state === CoordinatorAppointment_State.HANDOVER_PENDING;

export const participantOf = (plan: CarePlan, name: string) => plan.participants.find((each) => each.name === name);

export function coordinatorOf(plan: CarePlan): { appointment: CoordinatorAppointment; person?: Participant } | undefined {
  const appointment = plan.coordinatorAppointments.find(isActing);
  return appointment && { appointment, person: participantOf(plan, appointment.participant) };
}

// Those who take part now, the owner left out.
export const groupOf = (plan: CarePlan) =>
  plan.participants.filter((each) => each.kind !== Participant_Kind.OWNER && isNow(each.period));

// Whose plan it is, also for who represents them in other parts alone.
export const ownerName = (plan: CarePlan) => plan.subject?.displayName || plan.ownMandate?.representedDisplayName || '';

export function ownerOf(plan: CarePlan) {
  return plan.participants.find((each) => each.kind === Participant_Kind.OWNER);
}

// A person's name as the group knows it.
export function nameOf(plan: CarePlan, person: string): string {
  if (plan.subject?.person === person) return plan.subject.displayName;
  return plan.participants.find((each) => each.person === person)?.displayName
    ?? plan.representatives.find((each) => each.person === person)?.displayName ?? '';
}

const later = (date?: Day) => (date ? dayNumber(date) : Infinity);

export function nextEvaluation(plan: CarePlan): Evaluation | undefined {
  return plan.evaluations
    .filter(({ state }) => state === Evaluation_State.PLANNED)
    .sort((a, b) => later(a.dueDate) - later(b.dueDate))[0];
}

const ENDED: Goal_State[] = [Goal_State.REJECTED, Goal_State.CANCELLED, Goal_State.ENTERED_IN_ERROR, Goal_State.COMPLETED];
export const isOpen = (goal: Goal) => !ENDED.includes(goal.state);

// Goals that live, the most important first.
export function goalsOf(plan: CarePlan): Goal[] {
  return plan.goals
    .filter((goal) => isOpen(goal) && goal.state !== Goal_State.PROPOSED)
    .sort((a, b) => (a.priority || Infinity) - (b.priority || Infinity));
}
export const proposalsOf = (plan: CarePlan) => plan.goals.filter(({ state }) => state === Goal_State.PROPOSED);

export const wordsOf = (goal: Goal) => goal.ownWords?.text ?? goal.professionalWording;

export function activitiesOf(plan: CarePlan, goal?: Goal): Activity[] {
  return plan.activities.filter((activity) => activity.execution !== Activity_Execution.ENTERED_IN_ERROR
    && (goal ? activity.goals.includes(goal.name) : true));
}

// How an activity stands, in one word for everybody.
export type Standing = 'going' | 'planned' | 'done' | 'attention' | 'waiting' | 'stopped';
export function standingOf(activity: Activity): Standing {
  const { execution, commitment } = activity;
  if (execution === Activity_Execution.COMPLETED) return 'done';
  if (execution === Activity_Execution.STOPPED || execution === Activity_Execution.CANCELLED) return 'stopped';
  if (commitment === Activity_Commitment.DECLINED || commitment === Activity_Commitment.RELEASED
    || commitment === Activity_Commitment.UNASSIGNED) return 'attention';
  if (activity.period?.endDate && daysUntil(activity.period.endDate) < 0) return 'attention';
  if (commitment === Activity_Commitment.REQUESTED) return 'waiting';
  return execution === Activity_Execution.IN_PROGRESS ? 'going' : 'planned';
}

export const isOver = (activity: Activity) => ['done', 'stopped'].includes(standingOf(activity));

export function shareOf(plan: CarePlan, participant: Participant): Consent | undefined {
  return plan.consents.find((consent) => consent.kind === Consent_Kind.SHARE && consent.participant === participant.name
    && (consent.state === Consent_State.ACTIVE || consent.state === Consent_State.NEEDS_RENEWAL) && isNow(consent.period));
}

export function blockOf(plan: CarePlan, participant: Participant) {
  return plan.accessBlocks.find((block) => !block.liftTime
    && (block.person ? block.person === participant.person : block.organization === participant.organization));
}
