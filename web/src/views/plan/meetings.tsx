// Meetings: the next one, those before, and a new date.
import { Button, Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { Evaluation_State } from '../../gen/individuellplan/plan/v1/evaluation_pb';
import { useLanguage } from '../../i18n/language';
import { dayNumber, daysUntil, formatDate, fromInput } from '../../shared/dates';
import { Disclosure, Form, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { mayEdit, nextEvaluation } from '../../shared/plan/model';
import { type InPlan, PlanFrame } from './frame';

export function MeetingsView() {
  const { t } = useLanguage();
  return (
    <PlanFrame title={t.tabs.meetings} lead={() => t.meetings.lead}>
      {(at) => <Meetings at={at} />}
    </PlanFrame>
  );
}

function Meetings({ at }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const { plan, role } = at;
  const next = nextEvaluation(plan);
  const before = plan.evaluations
    .filter(({ state }) => state !== Evaluation_State.PLANNED && state !== Evaluation_State.RESCHEDULED)
    .sort((a, b) => dayNumber((b.heldDate ?? b.dueDate)!) - dayNumber((a.heldDate ?? a.dueDate)!));
  const open = plan.state === CarePlan_State.ACTIVE || plan.state === CarePlan_State.DRAFT;
  return (
    <>
      <Panel title={t.plan.nextMeeting} tone="info">
        {next?.dueDate ? (
          <>
            <p className="strong capital">{formatDate(next.dueDate, language)}</p>
            {next.place && <Paragraph>{next.place}</Paragraph>}
            <Paragraph className="quiet">{daysUntil(next.dueDate) < 0 ? t.daysOver(-daysUntil(next.dueDate)) : t.plan.inDays(daysUntil(next.dueDate))}</Paragraph>
            <div className="buttons">
              <Button asChild><RouterLink to={pageOf(next.name)}>{t.meetings.prepare}</RouterLink></Button>
            </div>
          </>
        ) : (
          <>
            <Paragraph>{t.plan.noMeeting}</Paragraph>
            {mayEdit(role) && open && <NewMeeting plan={plan.name} />}
          </>
        )}
      </Panel>
      <Panel title={t.meetings.before}>
        {before.length === 0 && <Empty>{t.meetings.noneBefore}</Empty>}
        <ul className="lines">
          {before.map((evaluation) => (
            <li key={evaluation.name}>
              <div>
                <Link asChild><RouterLink to={pageOf(evaluation.name)} className="capital">{formatDate(evaluation.heldDate ?? evaluation.dueDate, language)}</RouterLink></Link>
                <div className="quiet">{evaluation.place}</div>
              </div>
              <Tag data-size="sm" data-color={evaluation.state === Evaluation_State.HELD ? 'warning' : 'neutral'}>{t.evaluationStates[evaluation.state]}</Tag>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}

function NewMeeting({ plan }: { plan: string }) {
  const { t } = useLanguage();
  const [date, setDate] = useState('');
  const [place, setPlace] = useState('');
  const create = useCommand((_: void, requestId) => plans.createEvaluation({ parent: plan, evaluation: { dueDate: fromInput(date), place }, requestId }));
  return (
    <Disclosure text={t.meetings.setDate}>
      <Form command={create} submit={() => create.send()} submitText={t.save} check={() => (fromInput(date) ? undefined : t.meetings.chooseDay)}>
        <TextInput label={t.date} type="date" value={date} set={setDate} />
        <TextInput label={t.meetings.place} value={place} set={setPlace} required={false} />
      </Form>
    </Disclosure>
  );
}
