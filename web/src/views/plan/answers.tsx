// What waits for the reader's answer in this plan: the most pressing alone, the rest behind a button.
import { Button, Link, Paragraph } from '@digdir/designsystemet-react';
import { type ReactNode, useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { type Activity, Activity_Commitment } from '../../gen/individuellplan/plan/v1/activity_pb';
import { CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { type CoordinatorAppointment, CoordinatorAppointment_State } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { Consent_State } from '../../gen/individuellplan/plan/v1/consent_pb';
import { Evaluation_State } from '../../gen/individuellplan/plan/v1/evaluation_pb';
import type { Goal } from '../../gen/individuellplan/plan/v1/goal_pb';
import { useLanguage } from '../../i18n/language';
import { formatDate, formatDay } from '../../shared/dates';
import { Disclosure, Do, Form, TextArea } from '../../shared/form';
import { Panel } from '../../shared/page';
import { isOwners, nameOf, participantOf, proposalsOf, wordsOf } from '../../shared/plan/model';
import type { InPlan } from './frame';

export function Answers({ at }: { at: InPlan }) {
  const { t } = useLanguage();
  const { person } = useSession();
  const { plan, role } = at;
  const [all, setAll] = useState(false);
  const waiting: ReactNode[] = [];
  for (const appointment of plan.coordinatorAppointments) {
    if (appointment.person === person && appointment.state === CoordinatorAppointment_State.NOMINATED) {
      waiting.push(<Nomination key={appointment.name} at={at} appointment={appointment} />);
    }
  }
  for (const activity of plan.activities) {
    const asked = participantOf(plan, activity.responsible)?.person;
    const mine = asked === person || (role === 'representative' && asked === plan.subject?.person);
    if (mine && activity.commitment === Activity_Commitment.REQUESTED) {
      waiting.push(<AskedActivity key={activity.name} activity={activity} />);
    }
  }
  if (isOwners(role)) {
    const approved = plan.approval && plan.state !== CarePlan_State.DRAFT;
    waiting.push(
      ...proposalsOf(plan).map((goal) => <ProposedGoal key={goal.name} at={at} goal={goal} />),
      ...plan.evaluations.filter(({ state }) => state === Evaluation_State.HELD).map(({ name, heldDate }) => (
        <HeldEvaluation key={name} name={name} day={heldDate} />
      )),
    );
    if (plan.consents.some(({ state }) => state === Consent_State.NEEDS_RENEWAL || state === Consent_State.PROPOSED)) {
      waiting.push(<ConsentWaits key="consent" base={at.base} />);
    }
    if (!approved && plan.state === CarePlan_State.DRAFT && plan.goals.length > 0 && !plan.approval) {
      waiting.push(<ApproveDraft key="approve" at={at} />);
    }
  }
  if (waiting.length === 0) return null;
  return (
    <>
      {all ? waiting : waiting[0]}
      {waiting.length > 1 && !all && (
        <Button variant="tertiary" onClick={() => setAll(true)}>{t.answers.more(waiting.length - 1)}</Button>
      )}
    </>
  );
}

function ProposedGoal({ at: { plan }, goal }: { at: InPlan; goal: Goal }) {
  const { t } = useLanguage();
  const accept = useCommand((_: void, requestId) => plans.acceptGoal({ name: goal.name, etag: goal.etag, requestId }));
  const reject = useCommand((_: void, requestId) => plans.rejectGoal({ name: goal.name, etag: goal.etag, requestId }));
  return (
    <Panel tone="attention" title={t.answers.goalProposed(nameOf(plan, goal.author) || t.somebody)}>
      <blockquote className="quote">«{wordsOf(goal)}»</blockquote>
      <Paragraph>{t.answers.youDecide}</Paragraph>
      <div className="buttons">
        <Do command={accept} act={() => accept.send()} variant="primary">{t.answers.yesGoal}</Do>
        <Do command={reject} act={() => reject.send()}>{t.answers.noThanks}</Do>
      </div>
    </Panel>
  );
}

function HeldEvaluation({ name, day }: { name: string; day?: { year: number; month: number; day: number } }) {
  const { t, language } = useLanguage();
  return (
    <Panel tone="attention" title={t.answers.minutes}>
      <Paragraph>{t.answers.minutesText(formatDay(day, language))}</Paragraph>
      <Button asChild><RouterLink to={pageOf(name)}>{t.answers.readMinutes}</RouterLink></Button>
    </Panel>
  );
}

function ConsentWaits({ base }: { base: string }) {
  const { t } = useLanguage();
  return (
    <Panel tone="attention" title={t.answers.consent}>
      <Button asChild><RouterLink to={`${base}/deling`}>{t.answers.seeConsent}</RouterLink></Button>
    </Panel>
  );
}

function ApproveDraft({ at: { plan, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const approve = useCommand((_: void, requestId) => plans.approvePlan({ name: plan.name, etag: plan.etag, requestId }));
  return (
    <Panel tone="attention" title={t.answers.approve}>
      <Paragraph>{t.answers.approveText}</Paragraph>
      <div className="buttons">
        <Do command={approve} act={() => approve.send()} variant="primary">{t.answers.approveYes}</Do>
        <Button asChild variant="secondary"><RouterLink to={`${base}/onske`}>{t.answers.approveNo}</RouterLink></Button>
      </div>
    </Panel>
  );
}

export function AskedActivity({ activity }: { activity: Activity }) {
  const { t, language } = useLanguage();
  return (
    <Panel tone="attention" title={t.answers.activityAsked}>
      <p className="strong"><Link asChild><RouterLink to={pageOf(activity.name)}>{activity.title}</RouterLink></Link></p>
      {activity.extent && <Paragraph>{activity.extent}</Paragraph>}
      {activity.answerDueDate && <Paragraph className="quiet">{t.answers.answerBy(formatDate(activity.answerDueDate, language))}</Paragraph>}
      <AnswerActivity activity={activity} />
    </Panel>
  );
}

// Yes, or no with a reason: a service that is asked has a duty to answer.
export function AnswerActivity({ activity }: { activity: Activity }) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const accept = useCommand((_: void, requestId) => plans.acceptActivity({ name: activity.name, etag: activity.etag, requestId }));
  const decline = useCommand((_: void, requestId) => plans.declineActivity({ name: activity.name, etag: activity.etag, reason, requestId }));
  return (
    <div className="buttons">
      <Do command={accept} act={() => accept.send()} variant="primary">{t.answers.yesActivity}</Do>
      <Disclosure text={t.answers.noActivity}>
        <Form command={decline} submit={() => decline.send()} submitText={t.answers.sendNo} check={() => (reason.trim() ? undefined : t.answers.reasonNeeded)}>
          <TextArea label={t.reason} help={t.answers.reasonHelp} value={reason} set={setReason} rows={3} />
        </Form>
      </Disclosure>
    </div>
  );
}

function Nomination({ at: { plan }, appointment }: { at: InPlan; appointment: CoordinatorAppointment }) {
  const { t, language } = useLanguage();
  const [reason, setReason] = useState('');
  const { name, etag } = appointment;
  const accept = useCommand((_: void, requestId) => plans.acceptCoordinatorAppointment({ name, etag, requestId }));
  const decline = useCommand((_: void, requestId) => plans.declineCoordinatorAppointment({ name, etag, reason, requestId }));
  return (
    <Panel tone="attention" title={t.answers.nominated(plan.subject?.displayName ?? '')}>
      <Paragraph>{t.answers.nominatedText}</Paragraph>
      {appointment.answerDueDate && <Paragraph className="quiet">{t.answers.answerBy(formatDate(appointment.answerDueDate, language))}</Paragraph>}
      <div className="buttons">
        <Do command={accept} act={() => accept.send()} variant="primary">{t.answers.yesCoordinator}</Do>
        <Disclosure text={t.answers.noCoordinator}>
          <Form command={decline} submit={() => decline.send()} submitText={t.answers.sendNo} check={() => (reason.trim() ? undefined : t.answers.reasonNeeded)}>
            <TextArea label={t.reason} value={reason} set={setReason} rows={3} />
          </Form>
        </Disclosure>
      </div>
    </Panel>
  );
}
