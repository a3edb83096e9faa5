// One meeting: before it, what to think about; after it, what came out. Holds the coordinator's meeting tool.
import { Button, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { useParams } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { type Evaluation, Evaluation_State } from '../../gen/individuellplan/plan/v1/evaluation_pb';
import { useLanguage } from '../../i18n/language';
import { daysUntil, formatDate, formatTimeDay, fromInput } from '../../shared/dates';
import { Disclosure, Do, Form, TextArea, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { goalsOf, isOwners, mayEdit, nameOf, wordsOf } from '../../shared/plan/model';
import { NotFound } from '../pages/not-found';
import { Comments } from './comments';
import { HoldMeeting } from './hold-meeting';
import { type InPlan, PlanFrame, useInPlan } from './frame';

export function EvaluationView() {
  const { t, language } = useLanguage();
  const { evaluation: id } = useParams();
  const { base } = useInPlan();
  const find = ({ plan }: InPlan) => plan.evaluations.find(({ name }) => name.endsWith(`/evaluations/${id}`));
  return (
    <PlanFrame title={t.meetings.one} back={{ to: `${base}/moter`, text: t.tabs.meetings }}
      heading={(at) => { const found = find(at); return found && <span className="capital">{formatDate(found.heldDate ?? found.dueDate, language)}</span>; }}
      lead={(at) => find(at)?.place}>
      {(at) => {
        const evaluation = find(at);
        if (!evaluation) return <NotFound />;
        return evaluation.state === Evaluation_State.PLANNED
          ? <Planned at={at} evaluation={evaluation} /> : <Held at={at} evaluation={evaluation} />;
      }}
    </PlanFrame>
  );
}

function Planned({ at, evaluation }: { at: InPlan; evaluation: Evaluation }) {
  const { t } = useLanguage();
  const { plan, role } = at;
  const [holding, setHolding] = useState(false);
  if (holding) return <HoldMeeting at={at} evaluation={evaluation} />;
  const days = evaluation.dueDate ? daysUntil(evaluation.dueDate) : 0;
  const goals = goalsOf(plan);
  return (
    <>
      <Paragraph>{t.meetings.intro}</Paragraph>
      {mayEdit(role) && (
        <Panel title={t.meetings.hold} tone={days <= 0 ? 'attention' : 'info'} intro={t.meetings.holdIntro}>
          <div className="buttons">
            <Button onClick={() => setHolding(true)}>{t.meetings.holdNow}</Button>
            <Reschedule evaluation={evaluation} />
          </div>
        </Panel>
      )}
      <Panel title={t.meetings.talkAbout}>
        {goals.length === 0 && <Empty>{t.plan.noGoals}</Empty>}
        <ol className="lines">
          {goals.map((goal, i) => (
            <li key={goal.name}>
              <span className="number" aria-hidden>{i + 1}</span>
              <div>«{wordsOf(goal)}»{goal.achievement > 0 && <div className="quiet">{t.meetings.lastTime}: {t.achievements[goal.achievement]}</div>}</div>
            </li>
          ))}
        </ol>
      </Panel>
      <Comments at={at} target={evaluation.name} />
    </>
  );
}

function Reschedule({ evaluation }: { evaluation: Evaluation }) {
  const { t } = useLanguage();
  const [date, setDate] = useState('');
  const [reason, setReason] = useState('');
  const move = useCommand((_: void, requestId) => plans.rescheduleEvaluation({
    name: evaluation.name, etag: evaluation.etag, dueDate: fromInput(date), reason, requestId,
  }));
  return (
    <Disclosure text={t.meetings.move}>
      <Form command={move} submit={() => move.send()} submitText={t.meetings.move} check={() => (fromInput(date) && reason.trim() ? undefined : t.meetings.dayAndReason)}>
        <TextInput label={t.meetings.newDay} type="date" value={date} set={setDate} />
        <TextArea label={t.reason} value={reason} set={setReason} rows={2} />
      </Form>
    </Disclosure>
  );
}

function Held({ at: { plan, role }, evaluation }: { at: InPlan; evaluation: Evaluation }) {
  const { t, language } = useLanguage();
  const approve = useCommand((_: void, requestId) => plans.approveEvaluation({ name: evaluation.name, etag: evaluation.etag, requestId }));
  return (
    <>
      <p>
        <Tag data-color={evaluation.state === Evaluation_State.APPROVED ? 'success' : 'warning'}>{t.evaluationStates[evaluation.state]}</Tag>{' '}
        {evaluation.approveTime && <span className="quiet">{formatTimeDay(evaluation.approveTime, language)}</span>}
        {evaluation.reason && <span className="quiet">{evaluation.reason}</span>}
      </p>
      {isOwners(role) && evaluation.state === Evaluation_State.HELD && (
        <Panel tone="attention" title={t.answers.minutes}>
          <Paragraph>{t.meetings.confirmText}</Paragraph>
          <div className="buttons"><Do command={approve} act={() => approve.send()} variant="primary">{t.meetings.confirm}</Do></div>
        </Panel>
      )}
      {evaluation.ownerStatement?.text && (
        <Panel title={isOwners(role) ? t.meetings.youSaid : t.meetings.ownerSaid(nameOf(plan, plan.subject?.person ?? ''))}>
          <blockquote className="quote">«{evaluation.ownerStatement.text}»</blockquote>
        </Panel>
      )}
      {evaluation.goalAssessments.length > 0 && (
        <Panel title={t.meetings.howItWent}>
          <ul className="lines">
            {evaluation.goalAssessments.map((each) => {
              const goal = plan.goals.find(({ name }) => name === each.goal);
              return (
                <li key={each.goal} className="stacked">
                  <div>
                    {goal ? `«${wordsOf(goal)}»` : t.goal.title}
                    {each.notDiscussed ? <div className="quiet">{t.meetings.notDiscussed}</div> : (
                      <dl className="verdicts">
                        <div><dt className="quiet">{isOwners(role) ? t.goal.yourVerdict : t.goal.ownersVerdict}</dt><dd>{t.achievements[each.ownerVerdict]}</dd></div>
                        <div><dt className="quiet">{t.goal.theirVerdict}</dt><dd>{t.achievements[each.serviceVerdict]}</dd></div>
                      </dl>
                    )}
                  </div>
                </li>
              );
            })}
          </ul>
        </Panel>
      )}
      {evaluation.minutes && <Panel title={t.meetings.minutes}><p className="pre">{evaluation.minutes}</p></Panel>}
    </>
  );
}
