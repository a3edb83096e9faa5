// A plan as the unit sees it: that it exists, who coordinates, and what the unit answers for: appointing a
// coordinator, looking at the log, closing. Not its content.
import { Link, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink, useParams } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand, usePlan, usePlans } from '../../api/queries';
import { useSession } from '../../app/session';
import { type CarePlan, CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { type CoordinatorAppointment, CoordinatorAppointment_Kind, CoordinatorAppointment_State, Participant_Kind } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { useLanguage, wordFor } from '../../i18n/language';
import { formatDay, formatTimeDay, today } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Disclosure, Form, Pick, TextArea, TextInput } from '../../shared/form';
import { Facts, Page, Panel } from '../../shared/page';
import { coordinatorOf, nextEvaluation, participantOf } from '../../shared/plan/model';
import { PlanStateTag } from '../../shared/plan/tags';
import { Load } from '../../shared/state';

export function UnitPlan() {
  const { t } = useLanguage();
  const { plan: id } = useParams();
  const { unit } = useSession();
  const query = usePlan(id);
  return (
    <Page title={t.plan.title} heading={query.data && t.plan.planOf(query.data.subject?.displayName ?? '')} lead={t.followUp.noContent}
      back={{ to: `/enheter/${unit.replace('units/', '')}/oppfolging`, text: t.nav.followUp }}>
      <Load query={query}>{(plan) => <Body plan={plan} />}</Load>
    </Page>
  );
}

function Body({ plan }: { plan: CarePlan }) {
  const { t, language } = useLanguage();
  const { role, unit } = useSession();
  const coordinator = coordinatorOf(plan);
  return (
    <>
      <Facts facts={[
        [t.status, <PlanStateTag key="s" state={plan.state} />],
        [t.plan.nextMeeting, formatDay(nextEvaluation(plan)?.dueDate, language) || <span key="m" className="capital">{t.noDate}</span>],
        [t.followUp.alarms, plan.alarms.length > 0 && <ul key="a" className="plain">{plan.alarms.map((alarm) => <li key={alarm}>{wordFor(t.alarms, alarm)}</li>)}</ul>],
      ]} />
      <Panel title={t.plan.coordinator} tone={coordinator ? 'plain' : 'attention'}>
        {!coordinator && <Paragraph>{t.followUp.noCoordinator}</Paragraph>}
        <ul className="lines">
          {plan.coordinatorAppointments.map((each) => (
            <li key={each.name}>
              <div>
                <Who plan={plan} appointment={each} />
                {each.reason && <div>{each.reason}</div>}
                {each.handoverRequestTime && each.state !== CoordinatorAppointment_State.ENDED && <div>{t.followUp.asksToHandOver(formatTimeDay(each.handoverRequestTime, language))} «{each.handoverReason}»</div>}
              </div>
              {(each.state === CoordinatorAppointment_State.ACTIVE || each.state === CoordinatorAppointment_State.NOMINATED) && <End name={each.name} etag={each.etag} />}
            </li>
          ))}
        </ul>
        <Appoint plan={plan} handover={Boolean(coordinator)} />
      </Panel>
      {role === 'UNIT_LEADER' && (
        <Panel title={t.nav.logReview} intro={t.followUp.logText}>
          <Link asChild><RouterLink to={`/enheter/${unit.replace('units/', '')}/innsyn/${plan.name.split('/')[1]}`}>{t.followUp.toLog}</RouterLink></Link>
        </Panel>
      )}
      {role === 'CASE_WORKER' && <Merge plan={plan} />}
    </>
  );
}

// The unit does not see the group; where there is no name, what became of the task stands first.
function Who({ plan, appointment: { participant, kind, state, endTime, acceptTime, nominateTime } }: { plan: CarePlan; appointment: CoordinatorAppointment }) {
  const { t, language } = useLanguage();
  const name = participantOf(plan, participant)?.displayName;
  return (
    <>
      <strong className="capital">{name ?? t.appointmentStates[state]}</strong>
      <div className="quiet">{[t.coordinatorKinds[kind], name && t.appointmentStates[state], formatTimeDay(endTime ?? acceptTime ?? nominateTime, language)].filter(Boolean).join(' · ')}</div>
    </>
  );
}

function End({ name, etag }: { name: string; etag: string }) {
  const { t } = useLanguage();
  const draft = useDraft(`${name}/end`, '');
  const end = useCommand((reason: string, requestId) => plans.endCoordinatorAppointment({ name, etag, reason, requestId }), () => draft.forget(''));
  return (
    <Disclosure text={t.followUp.end} variant="tertiary">
      <Form command={end} submit={() => end.send(draft.value)} submitText={t.followUp.end} tone="danger" check={() => (draft.value.trim() ? undefined : t.answers.reasonNeeded)}>
        <Paragraph>{t.followUp.endText}</Paragraph>
        <TextArea label={t.reason} value={draft.value} set={draft.set} rows={2} />
      </Form>
    </Disclosure>
  );
}

const empty = { kind: CoordinatorAppointment_Kind.COORDINATOR as CoordinatorAppointment_Kind, name: '', id: '', organization: '', organizationName: '', email: '', phone: '' };

function Appoint({ plan, handover }: { plan: CarePlan; handover: boolean }) {
  const { t } = useLanguage();
  const draft = useDraft(`${plan.name}/appoint`, empty);
  const { value } = draft;
  const set = (part: Partial<typeof empty>) => draft.set({ ...value, ...part });
  const nominate = useCommand(
    (_: void, requestId) => plans.nominateCoordinator({
      plan: plan.name, etag: plan.etag, requestId, kind: value.kind, candidateIdentity: { nationalId: value.id.replace(/\s/g, '') },
      candidate: {
        kind: Participant_Kind.PROFESSIONAL, displayName: value.name.trim(), organization: `organizations/${value.organization.replace(/^organizations\//, '').replace(/\s/g, '')}`,
        organizationDisplayName: value.organizationName, workEmail: value.email.trim(), phone: value.phone, period: { startDate: today() },
      },
    }),
    () => draft.forget(empty),
  );
  return (
    <Disclosure text={handover ? t.followUp.handOver : t.followUp.appoint} variant={handover ? 'secondary' : 'primary'}>
      <Form command={nominate} submit={() => nominate.send()} submitText={t.cases.nominate} done={t.followUp.asked}
        check={() => (value.name.trim() && /^\d{11}$/.test(value.id.replace(/\s/g, '')) && value.organization.trim() && value.email.includes('@') ? undefined : t.cases.needsCoordinator)}>
        {handover && <Paragraph>{t.followUp.handOverText}</Paragraph>}
        <Pick label={t.followUp.which} value={value.kind} set={(kind) => set({ kind })} options={([1, 2, 3] as const).map((code) => ({ value: code as CoordinatorAppointment_Kind, text: t.coordinatorKinds[code] }))} />
        <TextInput label={t.cases.coordinatorName} value={value.name} set={(name) => set({ name })} />
        <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={value.id} set={(id) => set({ id })} inputMode="numeric" />
        <TextInput label={t.group.organizationNumber} value={value.organization} set={(organization) => set({ organization })} inputMode="numeric" />
        <TextInput label={t.group.organizationName} value={value.organizationName} set={(organizationName) => set({ organizationName })} required={false} />
        <TextInput label={t.group.workEmail} type="email" value={value.email} set={(email) => set({ email })} />
        <TextInput label={t.phone} type="tel" value={value.phone} set={(phone) => set({ phone })} required={false} />
      </Form>
    </Disclosure>
  );
}

const OPEN = [CarePlan_State.DRAFT, CarePlan_State.ACTIVE, CarePlan_State.ON_HOLD];

// Two plans of one person become one; and a plan that should never have been made.
function Merge({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const draft = useDraft(`${plan.name}/merge`, { duplicate: '', reason: '' });
  const { value } = draft;
  const { name, etag } = plan;
  const [why, setWhy] = useState('');
  // Open plans of the unit, those of somebody with the same name first.
  const others = (usePlans().data ?? []).filter((each) => each.name !== name && OPEN.includes(each.state))
    .sort((a, b) => Number(b.subjectDisplayName === plan.subject?.displayName) - Number(a.subjectDisplayName === plan.subject?.displayName) || a.subjectDisplayName.localeCompare(b.subjectDisplayName, 'nb'));
  const merge = useCommand((_: void, requestId) => plans.mergePlans({ name, etag, duplicate: value.duplicate, reason: value.reason.trim(), requestId }), () => draft.forget());
  const wrong = useCommand((_: void, requestId) => plans.markPlanEnteredInError({ name, etag, requestId, reason: why }));
  return (
    <Panel title={t.followUp.tidy}>
      <div className="buttons">
        <Disclosure text={t.followUp.merge} variant="tertiary">
          <Form command={merge} submit={() => merge.send()} submitText={t.followUp.merge} done={t.followUp.merged}
            check={() => (value.duplicate && value.reason.trim() ? undefined : t.followUp.mergeNeeds)}>
            <Paragraph>{t.followUp.mergeText}</Paragraph>
            <Pick label={t.followUp.duplicate} value={value.duplicate} set={(duplicate) => draft.set({ ...value, duplicate })}
              options={[{ value: '', text: t.notice.choose }, ...others.map((each) => ({ value: each.name, text: `${each.subjectDisplayName || t.followUp.aPlan} (${t.plan.coordinator.toLowerCase()}: ${each.coordinatorDisplayName || t.load.nobody.toLowerCase()})` }))]} />
            <TextArea label={t.reason} value={value.reason} set={(reason) => draft.set({ ...value, reason })} rows={2} />
          </Form>
        </Disclosure>
        <Disclosure text={t.followUp.error} variant="tertiary">
          <Form command={wrong} submit={() => wrong.send()} submitText={t.followUp.error} tone="danger" check={() => (why.trim() ? undefined : t.answers.reasonNeeded)}>
            <Paragraph>{t.followUp.errorText}</Paragraph>
            <TextArea label={t.reason} value={why} set={setWhy} rows={2} />
          </Form>
        </Disclosure>
      </div>
    </Panel>
  );
}
