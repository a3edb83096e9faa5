// One activity: what is done, by whom, how much, until when, and how it goes.
import { Link, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink, useParams } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { type Activity, Activity_Commitment, Activity_Decision, Activity_Execution } from '../../gen/individuellplan/plan/v1/activity_pb';
import { useLanguage } from '../../i18n/language';
import { formatDate, formatPeriod } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Choice, Disclosure, Form, Pick, TextArea, TextInput } from '../../shared/form';
import { Facts, Panel } from '../../shared/page';
import { groupOf, mayEdit, ownerOf, participantOf, wordsOf } from '../../shared/plan/model';
import { StandingTag } from '../../shared/plan/tags';
import { NotFound } from '../pages/not-found';
import { AnswerActivity } from './answers';
import { Comments } from './comments';
import { type InPlan, PlanFrame, useInPlan } from './frame';

export function ActivityView() {
  const { t } = useLanguage();
  const { activity: id } = useParams();
  const { base } = useInPlan();
  const find = ({ plan }: InPlan) => plan.activities.find(({ name }) => name.endsWith(`/activities/${id}`));
  return (
    <PlanFrame title={t.activity.title} heading={(at) => find(at)?.title} back={{ to: base, text: t.tabs.overview }}>
      {(at) => {
        const activity = find(at);
        return activity ? <Body at={at} activity={activity} /> : <NotFound />;
      }}
    </PlanFrame>
  );
}

function Body({ at, activity }: { at: InPlan; activity: Activity }) {
  const { t, language } = useLanguage();
  const { person } = useSession();
  const { plan, role } = at;
  const responsible = participantOf(plan, activity.responsible);
  const mine = responsible?.person === person || (role === 'representative' && responsible?.person === plan.subject?.person);
  const others = activity.contributors.map((name) => participantOf(plan, name)?.displayName).filter(Boolean);
  const goals = plan.goals.filter(({ name }) => activity.goals.includes(name));
  return (
    <>
      <Facts facts={[
        [t.status, <StandingTag key="s" activity={activity} />],
        [t.activity.extent, activity.extent],
        [t.activity.how, activity.implementation],
        [t.activity.responsible, responsible && <>{responsible.displayName}{responsible.phone && <>, <Link href={`tel:${responsible.phone.replace(/\s/g, '')}`}>{responsible.phone}</Link></>}</>],
        [t.activity.answer, activity.commitment !== Activity_Commitment.ACCEPTED && t.commitments[activity.commitment]],
        [t.activity.others, others.join(', ')],
        [t.activity.when, formatPeriod(activity.period, language)],
        [t.activity.decision, activity.decision > Activity_Decision.NOT_REQUIRED && t.decisions[activity.decision]],
        [t.activity.why, activity.reason],
        [t.activity.forGoals, goals.length > 0 && (
          <ul className="plain">
            {goals.map((goal) => <li key={goal.name}><Link asChild><RouterLink to={pageOf(goal.name)}>«{wordsOf(goal)}»</RouterLink></Link></li>)}
          </ul>
        )],
      ]} />
      {mine && activity.commitment === Activity_Commitment.REQUESTED && (
        <Panel tone="attention" title={t.answers.activityAsked}>
          {activity.answerDueDate && <Paragraph>{t.answers.answerBy(formatDate(activity.answerDueDate, language))}</Paragraph>}
          <AnswerActivity activity={activity} />
        </Panel>
      )}
      {(mine || role === 'coordinator') && activity.commitment === Activity_Commitment.ACCEPTED && <Report activity={activity} />}
      <Comments at={at} target={activity.name} />
      {mayEdit(role) && (
        <Panel title={t.activity.manage}>
          <div className="buttons">
            <AskSomebody at={at} activity={activity} />
            <RecordDecision activity={activity} />
            <Link asChild><RouterLink to={`${at.base}/rediger/tiltak/${activity.name.split('/').at(-1)}`}>{t.activity.editContent}</RouterLink></Link>
          </div>
        </Panel>
      )}
    </>
  );
}

// As the state table allows (docs/lifecycles.md).
const NEXT: Partial<Record<Activity_Execution, Activity_Execution[]>> = {
  [Activity_Execution.NOT_STARTED]: [Activity_Execution.IN_PROGRESS, Activity_Execution.SCHEDULED, Activity_Execution.CANCELLED],
  [Activity_Execution.SCHEDULED]: [Activity_Execution.IN_PROGRESS, Activity_Execution.CANCELLED],
  [Activity_Execution.IN_PROGRESS]: [Activity_Execution.COMPLETED, Activity_Execution.ON_HOLD, Activity_Execution.STOPPED],
  [Activity_Execution.ON_HOLD]: [Activity_Execution.IN_PROGRESS, Activity_Execution.STOPPED],
};
const NEEDS_REASON = [Activity_Execution.ON_HOLD, Activity_Execution.STOPPED, Activity_Execution.CANCELLED];

// How it goes: a note, a new state, or both.
export function Report({ activity }: { activity: Activity }) {
  const { t } = useLanguage();
  const empty = { note: '', reason: '', execution: Activity_Execution.EXECUTION_UNSPECIFIED as Activity_Execution };
  const draft = useDraft(`${activity.name}/report`, empty);
  const { note, reason, execution } = draft.value;
  const report = useCommand(
    (_: void, requestId) => plans.reportActivityProgress({ name: activity.name, etag: activity.etag, note, reason, execution, requestId }),
    () => draft.forget(empty),
  );
  const release = useCommand((why: string, requestId) => plans.releaseActivity({ name: activity.name, etag: activity.etag, reason: why, requestId }));
  const [why, setWhy] = useState('');
  const next = NEXT[activity.execution] ?? [];
  const needsReason = NEEDS_REASON.includes(execution);
  return (
    <Panel title={<>{t.activity.report}<span className="for-ears"> {activity.title}</span></>} tone="info">
      <Form command={report} submit={() => report.send()} submitText={t.activity.sendReport} done={t.activity.reported}
        check={() => (needsReason && !reason.trim() ? t.answers.reasonNeeded : !note.trim() && !execution ? t.activity.writeOrChoose : undefined)}>
        <TextArea label={t.activity.howGoes} help={t.activity.howGoesHelp} value={note} set={(value) => draft.set({ ...draft.value, note: value })} rows={3} required={false} />
        {next.length > 0 && (
          <Choice label={t.activity.newStatus} value={execution} set={(value) => draft.set({ ...draft.value, execution: value })} options={[
            { value: Activity_Execution.EXECUTION_UNSPECIFIED, text: t.activity.unchanged(t.executions[activity.execution]) },
            ...next.map((value) => ({ value, text: t.executions[value] })),
          ]} />
        )}
        {needsReason && <TextArea label={t.reason} value={reason} set={(value) => draft.set({ ...draft.value, reason: value })} rows={2} />}
      </Form>
      <Disclosure text={t.activity.giveBack} variant="tertiary">
        <Form command={release} submit={() => release.send(why)} submitText={t.activity.giveBack} check={() => (why.trim() ? undefined : t.answers.reasonNeeded)}>
          <TextArea label={t.reason} value={why} set={setWhy} rows={2} />
        </Form>
      </Disclosure>
    </Panel>
  );
}

function AskSomebody({ at: { plan }, activity }: { at: InPlan; activity: Activity }) {
  const { t } = useLanguage();
  const owner = ownerOf(plan);
  const people = [...(owner ? [owner] : []), ...groupOf(plan)];
  const [who, setWho] = useState(activity.responsible || people[0]?.name || '');
  const ask = useCommand((_: void, requestId) => plans.requestActivity({ name: activity.name, etag: activity.etag, responsible: who, requestId }));
  if (activity.commitment === Activity_Commitment.ACCEPTED) return null;
  return (
    <Disclosure text={t.activity.ask}>
      <Form command={ask} submit={() => ask.send()} submitText={t.activity.ask}>
        <Pick label={t.activity.whom} value={who} set={setWho} options={people.map((each) => ({ value: each.name, text: each.displayName }))} />
      </Form>
    </Disclosure>
  );
}

// As the state table allows (docs/lifecycles.md).
const D = Activity_Decision;
const DECISIONS: Partial<Record<Activity_Decision, Activity_Decision[]>> = {
  [D.DECISION_UNSPECIFIED]: [D.TO_APPLY, D.APPLIED, D.GRANTED],
  [D.NOT_REQUIRED]: [D.TO_APPLY, D.APPLIED, D.GRANTED, D.PARTLY_GRANTED, D.REFUSED],
  [D.TO_APPLY]: [D.APPLIED, D.NOT_REQUIRED],
  [D.APPLIED]: [D.GRANTED, D.PARTLY_GRANTED, D.REFUSED],
  [D.GRANTED]: [D.TO_APPLY],
  [D.PARTLY_GRANTED]: [D.COMPLAINED, D.TO_APPLY],
  [D.REFUSED]: [D.COMPLAINED, D.TO_APPLY],
  [D.COMPLAINED]: [D.GRANTED, D.PARTLY_GRANTED, D.REFUSED],
};

function RecordDecision({ activity }: { activity: Activity }) {
  const { t } = useLanguage();
  const next = DECISIONS[activity.decision] ?? [];
  const [decision, setDecision] = useState(next[0] ?? D.TO_APPLY);
  const [reference, setReference] = useState(activity.decisionReference);
  const record = useCommand((_: void, requestId) => plans.recordActivityDecision({
    name: activity.name, etag: activity.etag, decision, decisionReference: reference, requestId,
  }));
  return (
    <Disclosure text={t.activity.recordDecision}>
      <Form command={record} submit={() => record.send()} submitText={t.save}>
        <Choice label={t.activity.decision} value={decision} set={setDecision} options={next.map((value) => ({ value, text: t.decisions[value] }))} />
        <TextInput label={t.activity.reference} value={reference} set={setReference} required={false} />
      </Form>
    </Disclosure>
  );
}
