// One goal: the owner's words, what is done, how it goes, and what people say about it.
import { Button, Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink, useParams } from 'react-router';

import { plans } from '../../api/clients';
import { isReason } from '../../api/errors';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { type Goal, Goal_State } from '../../gen/individuellplan/plan/v1/goal_pb';
import { languageCode, useLanguage } from '../../i18n/language';
import { formatDay } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Choice, Conflict, Disclosure, Form, Kept, Pick, TextArea } from '../../shared/form';
import { Empty, Facts, Panel } from '../../shared/page';
import { activitiesOf, isOwners, mayEdit, nameOf, participantOf, wordsOf } from '../../shared/plan/model';
import { StandingTag } from '../../shared/plan/tags';
import { NotFound } from '../pages/not-found';
import { Comments } from './comments';
import { type InPlan, PlanFrame, useInPlan } from './frame';

export function GoalView() {
  const { t } = useLanguage();
  const { goal: id } = useParams();
  const { base } = useInPlan();
  return (
    <PlanFrame title={t.goal.title} back={{ to: base, text: t.tabs.overview }}>
      {(at) => {
        const goal = at.plan.goals.find(({ name }) => name.endsWith(`/goals/${id}`));
        return goal ? <GoalBody at={at} goal={goal} /> : <NotFound />;
      }}
    </PlanFrame>
  );
}

function GoalBody({ at, goal }: { at: InPlan; goal: Goal }) {
  const { t, language } = useLanguage();
  const { plan, role } = at;
  const activities = activitiesOf(plan, goal);
  const last = plan.evaluations.flatMap(({ goalAssessments }) => goalAssessments).filter((each) => each.goal === goal.name).at(-1);
  return (
    <>
      <figure className="own-words">
        <blockquote lang={goal.ownWords ? undefined : 'nb'}>«{wordsOf(goal)}»</blockquote>
        {goal.ownWords && goal.professionalWording && <figcaption>{t.goal.professional}: {goal.professionalWording}</figcaption>}
      </figure>
      <Facts facts={[
        [t.status, <Tag key="s" data-size="sm" data-color="info">{t.goalStates[goal.state]}</Tag>],
        [t.goal.area, t.areas[goal.lifeArea]],
        [t.goal.target, formatDay(goal.targetDate, language)],
        [t.goal.from, nameOf(plan, goal.author)],
        [t.goal.yourVerdict, last && last.ownerVerdict > 0 && t.achievements[last.ownerVerdict]],
        [t.goal.theirVerdict, last && last.serviceVerdict > 0 && t.achievements[last.serviceVerdict]],
      ]} />
      {isOwners(role) && goal.ownWords && (
        <Disclosure text={t.goal.changeWords} variant="tertiary">{(close) => <EditGoal goal={goal} close={close} />}</Disclosure>
      )}
      <Panel title={t.goal.activities} actions={mayEdit(role) && (
        <Button asChild variant="secondary" data-size="sm">
          <RouterLink to={`${at.base}/rediger/tiltak?maal=${goal.name.split('/').at(-1)}`}>{t.edit.newActivity}</RouterLink>
        </Button>
      )}>
        {activities.length === 0 && <Empty>{t.goal.noActivities}</Empty>}
        <ul className="lines">
          {activities.map((activity) => (
            <li key={activity.name}>
              <div>
                <Link asChild><RouterLink to={pageOf(activity.name)}>{activity.title}</RouterLink></Link>
                <div className="quiet">{[participantOf(plan, activity.responsible)?.displayName, activity.extent].filter(Boolean).join(' · ')}</div>
              </div>
              <StandingTag activity={activity} />
            </li>
          ))}
        </ul>
      </Panel>
      <Comments at={at} target={goal.name} />
      {mayEdit(role) && <ChangeState goal={goal} />}
    </>
  );
}

function EditGoal({ goal, close }: { goal: Goal; close: () => void }) {
  const { t, language } = useLanguage();
  const before = goal.ownWords?.text ?? '';
  const draft = useDraft(`${goal.name}/words`, before);
  const [etag, setEtag] = useState(goal.etag);
  const save = useCommand(
    (input: { text: string; etag: string }, requestId) => plans.updateGoal({
      goal: { name: goal.name, etag: input.etag, ownWords: { text: input.text, language: languageCode(language) } },
      updateMask: { paths: ['own_words'] },
      requestId,
    }),
    (saved) => {
      draft.forget(saved.ownWords?.text ?? '');
      close();
    },
  );
  const conflict = isReason(save.error, 'ETAG_MISMATCH') || (goal.etag !== etag && !save.isPending);
  return (
    <>
      {conflict && (
        <Conflict
          mine={draft.value} theirs={before}
          keepMine={() => { setEtag(goal.etag); save.send({ text: draft.value, etag: goal.etag }); }}
          keepTheirs={() => { draft.forget(before); close(); }}
        />
      )}
      <Form command={conflict ? { ...save, error: null } : save} submit={() => save.send({ text: draft.value.trim(), etag })} submitText={t.save}
        check={() => (draft.value.trim() ? undefined : t.required)}>
        <Kept show={draft.kept} forget={() => draft.forget(before)} />
        <TextArea label={t.goal.inYourWords} value={draft.value} set={draft.set} />
      </Form>
    </>
  );
}

// As the state table allows (docs/lifecycles.md).
const NEXT: Partial<Record<Goal_State, Goal_State[]>> = {
  [Goal_State.ACCEPTED]: [Goal_State.ACTIVE, Goal_State.PLANNED, Goal_State.CANCELLED],
  [Goal_State.PLANNED]: [Goal_State.ACTIVE, Goal_State.CANCELLED],
  [Goal_State.ACTIVE]: [Goal_State.COMPLETED, Goal_State.ON_HOLD, Goal_State.CANCELLED],
  [Goal_State.ON_HOLD]: [Goal_State.ACTIVE, Goal_State.COMPLETED, Goal_State.CANCELLED],
};
const NEEDS_REASON = [Goal_State.ON_HOLD, Goal_State.CANCELLED];

function ChangeState({ goal }: { goal: Goal }) {
  const { t } = useLanguage();
  const next = NEXT[goal.state];
  const [state, setState] = useState<Goal_State>(next?.[0] ?? Goal_State.ACTIVE);
  const [reason, setReason] = useState('');
  const change = useCommand((_: void, requestId) => plans.changeGoalState({ name: goal.name, etag: goal.etag, state, reason, requestId }));
  if (!next) return null;
  const needsReason = NEEDS_REASON.includes(state);
  return (
    <Disclosure text={t.goal.changeState}>
      <Form command={change} submit={() => change.send()} submitText={t.save} check={() => (needsReason && !reason.trim() ? t.answers.reasonNeeded : undefined)}>
        <Choice label={t.status} value={state} set={setState} options={next.map((value) => ({ value, text: t.goalStates[value] }))} />
        {needsReason && <TextArea label={t.reason} value={reason} set={setReason} rows={2} />}
      </Form>
    </Disclosure>
  );
}

export function NewGoal() {
  const { t } = useLanguage();
  const { base } = useInPlan();
  return (
    <PlanFrame title={t.plan.newGoal} back={{ to: base, text: t.tabs.overview }}
      lead={({ role }) => <>{isOwners(role) ? t.goal.newLead : t.goal.proposeLead}</>}>
      {(at) => <NewGoalForm at={at} />}
    </PlanFrame>
  );
}

function NewGoalForm({ at: { plan, role, base } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const draft = useDraft(`${plan.name}/new-goal`, { text: '', area: 0 });
  const owners = isOwners(role);
  const create = useCommand(
    (_: void, requestId) => plans.createGoal({
      parent: plan.name, requestId,
      goal: {
        lifeArea: draft.value.area,
        ...(owners ? { ownWords: { text: draft.value.text.trim(), language: languageCode(language) } } : { professionalWording: draft.value.text.trim() }),
      },
    }),
    () => draft.forget({ text: '', area: 0 }),
  );
  if (create.isDone) {
    return (
      <Panel tone="good" title={owners ? t.goal.added : t.goal.proposed}>
        <Paragraph>{owners ? t.goal.addedText : t.goal.proposedText}</Paragraph>
        <Button asChild><RouterLink to={base}>{t.goal.toPlan}</RouterLink></Button>
      </Panel>
    );
  }
  return (
    <Panel title={owners ? t.goal.inYourWords : t.goal.professional}>
      <Form command={create} submit={() => create.send()} submitText={owners ? t.goal.add : t.goal.propose}
        check={() => (draft.value.text.trim() ? undefined : t.required)}>
        <Kept show={draft.kept} forget={() => draft.forget({ text: '', area: 0 })} />
        <TextArea label={owners ? t.goal.whatDoYouWant : t.goal.whatDoYouPropose} help={owners ? t.goal.noDemands : undefined}
          value={draft.value.text} set={(text) => draft.set({ ...draft.value, text })} />
        <Pick label={t.goal.area} value={draft.value.area} set={(area) => draft.set({ ...draft.value, area })}
          options={Object.entries(t.areas).map(([value, text]) => ({ value: Number(value), text })).sort((a, b) => Number(a.value === 0) - Number(b.value === 0))} />
      </Form>
    </Panel>
  );
}
