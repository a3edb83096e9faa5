// Print, download, history, representation, objection and complaint, pause and end.
import { Button, Link, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { useUnits } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { useSession } from '../../app/session';
import { type CarePlan, CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { type CoordinatorAppointment, CoordinatorAppointment_Kind, CoordinatorAppointment_State } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { languageCode, useLanguage } from '../../i18n/language';
import { formatDay, formatPhone, formatTimeDay, fromInput } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { saveFile } from '../../shared/files';
import { Disclosure, Do, Form, Pick, TextArea, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { activitiesOf, isOwners, mayEdit, participantOf } from '../../shared/plan/model';
import { type InPlan, PlanFrame } from './frame';
import { Representatives } from './representatives';

export function MoreView() {
  const { t } = useLanguage();
  return (
    <PlanFrame title={t.tabs.more}>
      {(at) => (
        <>
          <Panel title={t.more.print} intro={t.more.printText}>
            <Button asChild><RouterLink to={`${at.base}/skriv-ut`}>{t.more.openPrint}</RouterLink></Button>
          </Panel>
          {mayEdit(at.role) && <Download at={at} />}
          <Panel title={t.more.historyTitle} intro={t.more.historyText}>
            <Link asChild><RouterLink to={`${at.base}/historikk`}>{t.plan.allHistory}</RouterLink></Link>
          </Panel>
          <Representatives at={at} />
          {isOwners(at.role) && <Disagree at={at} />}
          {at.role === 'coordinator' && <HandOver at={at} />}
          {mayEdit(at.role) && <State at={at} />}
        </>
      )}
    </PlanFrame>
  );
}

function Download({ at: { plan, role } }: { at: InPlan }) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const bundle = useCommand(
    (_: void, requestId) => plans.exportPlan({ name: plan.name, reason: reason.trim(), requestId }),
    ({ content, contentType, signature }) => {
      saveFile(new Uint8Array(content), contentType, 'individuell-plan.bundle');
      saveFile(signature, 'application/jose', 'individuell-plan.bundle.jws');
    },
  );
  return (
    <Panel title={isOwners(role) ? t.more.download : t.more.downloadAsFile} intro={t.more.downloadText}>
      <Disclosure text={t.more.downloadBundle}>
        <Form command={bundle} submit={() => bundle.send()} submitText={t.more.downloadBundle} check={() => (reason.trim() ? undefined : t.answers.reasonNeeded)} done={t.more.downloaded}>
          <TextInput label={t.more.downloadReason} value={reason} set={setReason} />
        </Form>
      </Disclosure>
    </Panel>
  );
}

// The owner disagrees: an objection stands in the plan, a complaint goes to the municipality.
function Disagree({ at: { plan } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const objection = useDraft(`${plan.name}/objection`, '');
  const object = useCommand(
    (text: string, requestId) => plans.createObjection({ parent: plan.name, requestId, objection: { target: plan.name, text: { text, language: languageCode(language) } } }),
    () => objection.forget(''),
  );
  return (
    <Panel title={t.more.disagree} intro={t.more.disagreeText}>
      <ul className="lines">
        {plan.objections.map((each) => (
          <li key={each.name}>
            <div>
              «{each.text?.text}»
              <div className="quiet">{formatTimeDay(each.text?.writeTime, language)}{each.withdrawTime && `, ${t.more.takenBack}`}</div>
            </div>
            {!each.withdrawTime && <TakeBack name={each.name} etag={each.etag} />}
          </li>
        ))}
        {plan.complaints.map((each) => (
          <li key={each.name}>
            <div>
              <strong>{t.more.complaint}: {t.complaintStates[each.state]}</strong>
              <div>«{each.text?.text}»</div>
              <div className="quiet">{t.more.complaintDeadline(formatDay(each.deadlineDate, language))}{each.late && ` ${t.more.late}`}</div>
            </div>
          </li>
        ))}
      </ul>
      <div className="buttons">
        <Disclosure text={t.more.object}>
          <Form command={object} submit={() => object.send(objection.value.trim())} submitText={t.more.object} check={() => (objection.value.trim() ? undefined : t.required)}>
            <TextArea label={t.more.objection} help={t.more.objectionHelp} value={objection.value} set={objection.set} rows={3} />
          </Form>
        </Disclosure>
        <Complain plan={plan} />
      </div>
    </Panel>
  );
}

function TakeBack({ name, etag }: { name: string; etag: string }) {
  const { t } = useLanguage();
  const withdraw = useCommand((_: void, requestId) => plans.withdrawObjection({ name, etag, requestId }));
  return <Do command={withdraw} act={() => withdraw.send()} variant="tertiary">{t.more.takeBack}</Do>;
}

function Complain({ plan }: { plan: CarePlan }) {
  const { t, language } = useLanguage();
  const draft = useDraft(`${plan.name}/complaint`, { target: plan.name, basis: plan.legalBases[0] ?? 1, known: '', text: '' });
  const { value } = draft;
  const send = useCommand(
    (_: void, requestId) => plans.createComplaint({
      parent: plan.name, requestId,
      complaint: { target: value.target, legalBasis: value.basis, decisionKnownDate: fromInput(value.known), text: { text: value.text.trim(), language: languageCode(language) } },
    }),
    () => draft.forget(),
  );
  return (
    <Disclosure text={t.more.complain}>
      <Form command={send} submit={() => send.send()} submitText={t.more.sendComplaint} done={t.more.complaintSent}
        check={() => (value.text.trim() && fromInput(value.known) ? undefined : t.more.complaintNeeds)}>
        <Paragraph>{t.more.complainText}</Paragraph>
        <Pick label={t.more.complainAbout} value={value.target} set={(target) => draft.set({ ...value, target })} options={[
          { value: plan.name, text: t.wish.wholePlan }, ...activitiesOf(plan).map(({ name, title }) => ({ value: name, text: title })),
        ]} />
        <Pick label={t.more.law} value={value.basis} set={(basis) => draft.set({ ...value, basis })}
          options={Object.entries(t.legalBases).filter(([, text]) => text).map(([code, text]) => ({ value: Number(code), text }))} />
        <TextInput label={t.more.known} help={t.more.knownHelp} type="date" value={value.known} set={(known) => draft.set({ ...value, known })} />
        <TextArea label={t.more.complaintWords} value={value.text} set={(text) => draft.set({ ...value, text })} />
      </Form>
    </Disclosure>
  );
}

// The unit appoints coordinators, so it is the unit that is asked; the coordinator stays until the next has said yes.
function HandOver({ at: { plan } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const { person } = useSession();
  const unit = useUnits().data?.find(({ name }) => name === plan.unit);
  const next = plan.coordinatorAppointments.find(({ state, kind }) => state === CoordinatorAppointment_State.NOMINATED && kind !== CoordinatorAppointment_Kind.SUBSTITUTE_COORDINATOR);
  const mine = plan.coordinatorAppointments.find((each) => each.person === person && each.state === CoordinatorAppointment_State.ACTIVE);
  const asked = Boolean(mine?.handoverRequestTime);
  return (
    <Panel title={t.more.handOver} tone={next || asked ? 'info' : 'plain'} intro={t.more.handOverText}>
      {next && <Paragraph>{t.more.handOverNext(participantOf(plan, next.participant)?.displayName ?? t.somebody, formatDay(next.answerDueDate, language))}</Paragraph>}
      {mine && asked && <Asked mine={mine} />}
      {mine && !asked && <AskToHandOver mine={mine} />}
      {!next && unit?.phone && <Paragraph className="quiet">{t.more.handOverCall(unit.displayName)} <Link href={`tel:${unit.phone.replace(/\s/g, '')}`}>{formatPhone(unit.phone)}</Link></Paragraph>}
    </Panel>
  );
}

function AskToHandOver({ mine: { name, etag } }: { mine: CoordinatorAppointment }) {
  const { t } = useLanguage();
  const reason = useDraft(`${name}/hand-over`, '');
  const ask = useCommand((text: string, requestId) => plans.requestCoordinatorHandover({ name, etag, reason: text, requestId }), () => reason.forget(''));
  return (
    <Disclosure text={t.more.handOverAsk}>
      <Form command={ask} submit={() => ask.send(reason.value.trim())} submitText={t.more.handOverSend} check={() => (reason.value.trim() ? undefined : t.answers.reasonNeeded)}>
        <TextArea label={t.reason} help={t.more.handOverHelp} value={reason.value} set={reason.set} rows={2} />
      </Form>
    </Disclosure>
  );
}

function Asked({ mine: { name, etag, handoverRequestTime, handoverReason } }: { mine: CoordinatorAppointment }) {
  const { t, language } = useLanguage();
  const withdraw = useCommand((_: void, requestId) => plans.withdrawCoordinatorHandover({ name, etag, requestId }));
  return (
    <>
      <Paragraph>{t.more.handOverAsked(formatTimeDay(handoverRequestTime, language))} «{handoverReason}»</Paragraph>
      <div className="buttons"><Do command={withdraw} act={() => withdraw.send()}>{t.more.handOverWithdraw}</Do></div>
    </>
  );
}

function State({ at: { plan } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const [reason, setReason] = useState('');
  const [resume, setResume] = useState('');
  const { name, etag } = plan;
  const hold = useCommand((_: void, requestId) => plans.holdPlan({ name, etag, requestId, hold: { reason, resumeDate: fromInput(resume) } }));
  const go = useCommand((_: void, requestId) => plans.resumePlan({ name, etag, requestId }));
  const complete = useCommand((_: void, requestId) => plans.completePlan({ name, etag, reason, requestId }));
  const revoke = useCommand((_: void, requestId) => plans.revokePlan({ name, etag, reason, requestId }));
  const active = plan.state === CarePlan_State.ACTIVE;
  const open = active || plan.state === CarePlan_State.DRAFT || plan.state === CarePlan_State.ON_HOLD;
  if (!open) return <Empty>{t.planStates[plan.state]}</Empty>;
  return (
    <Panel title={t.more.state} intro={`${t.more.stateNow}: ${t.planStates[plan.state]}`}>
      {plan.hold && <Paragraph>{t.plan.onHold(formatDay(plan.hold.resumeDate, language))} {plan.hold.reason}</Paragraph>}
      <div className="buttons">
        {plan.state === CarePlan_State.ON_HOLD && <Do command={go} act={() => go.send()} variant="primary">{t.more.resume}</Do>}
        {active && (
          <Disclosure text={t.more.pause}>
            <Form command={hold} submit={() => hold.send()} submitText={t.more.pause} check={() => (reason.trim() && fromInput(resume) ? undefined : t.more.pauseNeeds)}>
              <TextArea label={t.reason} value={reason} set={setReason} rows={2} />
              <TextInput label={t.more.pauseUntil} type="date" value={resume} set={setResume} />
            </Form>
          </Disclosure>
        )}
        {active && (
          <Disclosure text={t.more.complete} variant="tertiary">
            <Form command={complete} submit={() => complete.send()} submitText={t.more.complete}>
              <Paragraph>{t.more.completeText}</Paragraph>
              <TextArea label={t.reason} value={reason} set={setReason} rows={2} required={false} />
            </Form>
          </Disclosure>
        )}
        <Disclosure text={t.more.end} variant="tertiary">
          <Form command={revoke} submit={() => revoke.send()} submitText={t.more.endYes} tone="danger" check={() => (reason.trim() ? undefined : t.answers.reasonNeeded)}>
            <Paragraph>{t.more.endText}</Paragraph>
            <TextArea label={t.reason} value={reason} set={setReason} rows={2} />
          </Form>
        </Disclosure>
      </div>
    </Panel>
  );
}
