// Who sees what: one row a person, one column a part. The owner turns it on and off.
import { Button, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { access } from '../../api/access';
import { useCommand } from '../../api/queries';
import { idOf } from '../../api/resources';
import { type Consent, Consent_Form, Consent_Kind, Consent_State } from '../../gen/individuellplan/plan/v1/consent_pb';
import { useLanguage } from '../../i18n/language';
import { formatDay, formatTimeDay } from '../../shared/dates';
import { Check, Disclosure, Do, Form } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { blockOf, coordinatorOf, groupOf, isOwners, participantOf, SECTIONS, shareOf } from '../../shared/plan/model';
import { type InPlan, PlanFrame } from './frame';
import { Representatives } from './representatives';

export function SharingView() {
  const { t } = useLanguage();
  return (
    <PlanFrame title={t.tabs.sharing} lead={({ role }) => (isOwners(role) ? t.sharing.lead : t.sharing.leadCoordinator)}>
      {(at) => (
        <>
          <Panel title={t.sharing.whoSees}><Matrix at={at} /></Panel>
          <Consents at={at} />
          <Representatives at={at} />
        </>
      )}
    </PlanFrame>
  );
}

function Matrix({ at: { plan, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const coordinator = coordinatorOf(plan)?.appointment.participant;
  const group = groupOf(plan);
  if (group.length === 0) return <Empty>{t.plan.noGroup}</Empty>;
  return (
    <ul className="sharing">
      {group.map((person) => {
        const blocked = blockOf(plan, person);
        const isCoordinator = person.name === coordinator;
        const sees: number[] = blocked ? [] : shareOf(plan, person)?.sections ?? [];
        return (
          <li key={person.name}>
            <div className="sharing-who">
              <strong>{person.displayName}</strong>
              <span className="quiet">{isCoordinator ? t.plan.coordinator : person.roleTitle || person.organizationDisplayName}</span>
            </div>
            <div className="sharing-what">
              {blocked ? <strong>{t.sharing.blocked}</strong> : isCoordinator ? <span>{t.sharing.coordinatorSees}</span> : sees.length === 0 ? <span>{t.sharing.seesNothing}</span> : (
                <ul className="chips" aria-label={t.sharing.seesThis}>
                  {SECTIONS.filter((section) => sees.includes(section)).map((section) => <li key={section}>{t.sections[section]}</li>)}
                </ul>
              )}
            </div>
            <Button asChild variant="secondary" data-size="sm">
              <RouterLink to={`${base}/deling/${idOf(person.name)}`} aria-label={t.group.whatSees(person.displayName)}>{t.sharing.seeAndChange}</RouterLink>
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

function Consents({ at }: { at: InPlan }) {
  const { t } = useLanguage();
  const open: Consent_State[] = [Consent_State.ACTIVE, Consent_State.NEEDS_RENEWAL, Consent_State.PROPOSED];
  const now = at.plan.consents.filter(({ state }) => open.includes(state));
  const before = at.plan.consents.filter(({ state }) => !open.includes(state));
  return (
    <Panel title={t.sharing.consents} intro={t.sharing.consentsText}>
      {now.length === 0 && <Empty>{t.sharing.noConsents}</Empty>}
      <ul className="lines">{now.map((consent) => <ConsentRow key={consent.name} at={at} consent={consent} />)}</ul>
      {before.length > 0 && (
        <Disclosure text={t.sharing.history(before.length)} variant="tertiary">
          <ul className="lines">{before.map((consent) => <ConsentRow key={consent.name} at={at} consent={consent} />)}</ul>
        </Disclosure>
      )}
    </Panel>
  );
}

function ConsentRow({ at: { plan, role }, consent }: { at: InPlan; consent: Consent }) {
  const { t, language } = useLanguage();
  const withdraw = useCommand((_: void, requestId) => access.withdrawConsent({ name: consent.name, etag: consent.etag, requestId }));
  const who = participantOf(plan, consent.participant)?.displayName;
  const active = consent.state === Consent_State.ACTIVE || consent.state === Consent_State.NEEDS_RENEWAL;
  const whole = consent.kind === Consent_Kind.CREATE_PLAN;
  return (
    <li>
      <div>
        <strong>{consent.kind === Consent_Kind.SHARE ? t.sharing.shareWith(who ?? t.somebody) : t.sharing.kinds[consent.kind]}</strong>
        <div className="quiet">
          {t.consentStates[consent.state]}{consent.giveTime && `, ${t.sharing.given(formatTimeDay(consent.giveTime, language))}`}
          {consent.withdrawTime && `, ${t.sharing.withdrawn(formatTimeDay(consent.withdrawTime, language))}`}
          {consent.period?.endDate && `, ${t.until} ${formatDay(consent.period.endDate, language)}`}
        </div>
        {!active && consent.sections.length > 0 && <div className="quiet">{consent.sections.map((section) => t.sections[section]).join(', ')}</div>}
      </div>
      {consent.state === Consent_State.PROPOSED && isOwners(role) && <Asked plan={plan.name} consent={consent} />}
      {active && isOwners(role) && (
        <Disclosure text={t.sharing.withdraw} variant="tertiary">
          <Paragraph>{whole ? t.sharing.withdrawPlanText : t.sharing.withdrawText}</Paragraph>
          <div className="buttons"><Do command={withdraw} act={() => withdraw.send()} tone="danger" variant="primary">{whole ? t.sharing.withdrawPlan : t.sharing.withdrawYes}</Do></div>
        </Disclosure>
      )}
    </li>
  );
}

// A question to the young person: what a parent said yes to is theirs to say from 16 on.
function Asked({ plan, consent }: { plan: string; consent: Consent }) {
  const { t } = useLanguage();
  const [informed, setInformed] = useState(false);
  const { kind, participant, sections, purpose, name, etag } = consent;
  const give = useCommand((_: void, requestId) => access.giveConsent({
    parent: plan, requestId, consent: { kind, participant, sections, purpose, informed, form: Consent_Form.ELECTRONIC },
  }));
  const refuse = useCommand((_: void, requestId) => access.refuseConsent({ name, etag, requestId }));
  return (
    <div>
      <Paragraph>{t.sharing.askedText}</Paragraph>
      <Form command={give} submit={() => give.send()} submitText={t.sharing.sayYes} check={() => (informed ? undefined : t.sharing.confirmFirst)}>
        <Check label={t.sharing.askedInformed} value={informed} set={setInformed} />
      </Form>
      <Disclosure text={t.sharing.sayNo} variant="tertiary">
        <Paragraph>{kind === Consent_Kind.CREATE_PLAN ? t.sharing.noEndsPlan : t.sharing.noEndsShare}</Paragraph>
        <div className="buttons"><Do command={refuse} act={() => refuse.send()} tone="danger" variant="primary">{t.sharing.sayNo}</Do></div>
      </Disclosure>
    </div>
  );
}
