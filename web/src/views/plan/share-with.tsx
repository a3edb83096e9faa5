// What one person sees: choose the parts, see the plan as they would, and give or withdraw the consent.
import { Paragraph } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';

import { access } from '../../api/access';
import { useCommand } from '../../api/queries';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import type { Participant } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { Consent_Form, Consent_Kind, Representative_Kind } from '../../gen/individuellplan/plan/v1/consent_pb';
import type { Section } from '../../gen/individuellplan/type/v1/access_pb';
import { useLanguage } from '../../i18n/language';
import { formatDay, fromInput, today } from '../../shared/dates';
import { useSession } from '../../app/session';
import { useDraft } from '../../shared/draft';
import { Check, Choice, Choices, Disclosure, Do, Form, TextInput } from '../../shared/form';
import { Facts, Panel } from '../../shared/page';
import { activitiesOf, blockOf, coordinatorOf, goalsOf, groupOf, isOwners, nextEvaluation, SECTIONS, shareOf, wordsOf } from '../../shared/plan/model';
import { Load } from '../../shared/state';
import { NotFound } from '../pages/not-found';
import { type InPlan, PlanFrame, useInPlan } from './frame';

export function ShareWith() {
  const { t } = useLanguage();
  const { participant: id } = useParams();
  const { base } = useInPlan();
  const find = ({ plan }: InPlan) => plan.participants.find(({ name }) => name.endsWith(`/participants/${id}`));
  return (
    <PlanFrame title={t.sharing.oneTitle} back={{ to: `${base}/deling`, text: t.tabs.sharing }}
      heading={(at) => t.sharing.oneHeading(find(at)?.displayName ?? '')}
      lead={(at) => { const person = find(at); return person && [person.roleTitle, person.organizationDisplayName].filter(Boolean).join(', '); }}>
      {(at) => {
        const person = find(at);
        return person ? <One at={at} person={person} /> : <NotFound />;
      }}
    </PlanFrame>
  );
}

function One({ at, person }: { at: InPlan; person: Participant }) {
  const { t } = useLanguage();
  const { plan, role } = at;
  const share = shareOf(plan, person);
  const before = share?.sections ?? [];
  const isCoordinator = coordinatorOf(plan)?.appointment.participant === person.name;
  const draft = useDraft<{ sections: Section[]; until: string; informed: boolean }>(`${person.name}/share`, { sections: before, until: '', informed: false });
  const blocked = blockOf(plan, person);
  return (
    <div className="halves">
      <div>
        {blocked ? <Blocked at={at} person={person} /> : isCoordinator ? (
          <Panel title={t.sharing.choose}><Paragraph>{t.sharing.coordinatorAll}</Paragraph></Panel>
        ) : (
          <Panel title={t.sharing.choose} intro={isOwners(role) ? t.sharing.chooseText : t.sharing.recordText}>
            <Give at={at} person={person} draft={draft} />
          </Panel>
        )}
        {isOwners(role) && !blocked && <Block at={at} person={person} />}
      </div>
      <SeeAs plan={plan} person={person} sections={isCoordinator || blocked ? undefined : draft.value.sections} before={before} />
    </div>
  );
}

interface Draft {
  value: { sections: Section[]; until: string; informed: boolean };
  set: (value: Draft['value']) => void;
  forget: (value?: Draft['value']) => void;
}

function Give({ at: { plan, role }, person, draft }: { at: InPlan; person: Participant; draft: Draft }) {
  const { t } = useLanguage();
  const session = useSession();
  const { value, set } = draft;
  const share = shareOf(plan, person);
  const owners = isOwners(role);
  const [form, setForm] = useState<Consent_Form>(Consent_Form.ORAL);
  const [reference, setReference] = useState('');
  const grantorBasis = role === 'representative'
    ? plan.representatives.find((each) => each.person === session.person)?.kind ?? Representative_Kind.KIND_UNSPECIFIED
    : Representative_Kind.KIND_UNSPECIFIED;
  const give = useCommand(
    (_: void, requestId) => {
      const consent = {
        kind: Consent_Kind.SHARE, participant: person.name, sections: value.sections, informed: value.informed, grantorBasis,
        form: owners ? Consent_Form.ELECTRONIC : form, formReference: owners ? '' : reference,
        period: { startDate: today(), ...(fromInput(value.until) ? { endDate: fromInput(value.until) } : {}) },
      };
      return owners ? access.giveConsent({ parent: plan.name, consent, requestId }) : access.recordConsent({ parent: plan.name, consent, requestId });
    },
    (given) => draft.forget({ sections: given.sections, until: '', informed: false }),
  );
  const withdraw = useCommand(
    (_: void, requestId) => access.withdrawConsent({ name: share!.name, etag: share!.etag, requestId }),
    () => draft.forget({ sections: [], until: '', informed: false }),
  );
  const changed = SECTIONS.some((section) => value.sections.includes(section) !== (share?.sections.includes(section) ?? false));
  return (
    <>
      <Form command={give} submit={() => give.send()} submitText={owners ? t.sharing.give : t.sharing.record} done={t.sharing.givenNow}
        check={() => (value.sections.length === 0 ? t.sharing.chooseOne : !value.informed ? t.sharing.confirmFirst : undefined)}>
        <Choices label={t.sharing.parts} values={value.sections} set={(sections) => set({ ...value, sections })}
          options={SECTIONS.map((section) => ({ value: section as Section, text: t.sections[section], help: t.sectionHelp[section] }))} />
        {(changed || !share) && value.sections.length > 0 && (
          <>
            <TextInput label={t.sharing.until} help={t.sharing.untilHelp} type="date" value={value.until} set={(until) => set({ ...value, until })} required={false} />
            {!owners && (
              <>
                <Choice label={t.sharing.how} value={form} set={setForm} options={[{ value: Consent_Form.ORAL, text: t.sharing.oral }, { value: Consent_Form.PAPER, text: t.sharing.paper }]} />
                <TextInput label={form === Consent_Form.PAPER ? t.sharing.paperWhere : t.sharing.oralWho} value={reference} set={setReference} />
              </>
            )}
            <Check label={owners ? t.sharing.informed : t.sharing.informedRecorded} value={value.informed} set={(informed) => set({ ...value, informed })} />
          </>
        )}
      </Form>
      {owners && share && (
        <Disclosure text={t.sharing.stop} variant="tertiary">
          <Paragraph>{t.sharing.withdrawText}</Paragraph>
          <div className="buttons"><Do command={withdraw} act={() => withdraw.send()} tone="danger" variant="primary">{t.sharing.stopYes}</Do></div>
        </Disclosure>
      )}
    </>
  );
}

function Block({ at: { plan }, person }: { at: InPlan; person: Participant }) {
  const { t } = useLanguage();
  const block = useCommand((_: void, requestId) => access.blockAccess({ parent: plan.name, accessBlock: { person: person.person }, requestId }));
  return (
    <Disclosure text={t.sharing.block} variant="tertiary">
      <Paragraph>{t.sharing.blockText}</Paragraph>
      <div className="buttons"><Do command={block} act={() => block.send()} tone="danger" variant="primary">{t.sharing.blockYes}</Do></div>
    </Disclosure>
  );
}

function Blocked({ at: { plan, role }, person }: { at: InPlan; person: Participant }) {
  const { t } = useLanguage();
  const block = blockOf(plan, person)!;
  const lift = useCommand((_: void, requestId) => access.liftAccessBlock({ name: block.name, etag: block.etag, requestId }));
  return (
    <Panel tone="attention" title={t.sharing.blocked}>
      <Paragraph>{t.sharing.blockedText}</Paragraph>
      {isOwners(role) && <div className="buttons"><Do command={lift} act={() => lift.send()}>{t.sharing.lift}</Do></div>}
    </Panel>
  );
}

function SeeAs({ plan, person, sections, before }: { plan: CarePlan; person: Participant; sections?: Section[]; before: Section[] }) {
  const { t, language } = useLanguage();
  const tryOut = sections && sections.join() !== before.join();
  const preview = useQuery({
    queryKey: ['see-as', person.name, sections?.join() ?? ''],
    queryFn: () => access.previewAccess({
      plan: plan.name, participant: person.name,
      ...(tryOut && sections.length > 0 ? {
        hypotheticalConsent: { kind: Consent_Kind.SHARE, participant: person.name, sections, form: Consent_Form.ELECTRONIC, informed: true, period: { startDate: today() } },
      } : {}),
    }),
  });
  return (
    <Panel title={t.sharing.seeAs(person.displayName)} intro={tryOut ? t.sharing.wouldSee : t.sharing.seesNow} tone="calm">
      <div aria-live="polite" className="form">
        <Load query={preview}>
          {({ plan: seen, explanation }) => (
            <>
              <Paragraph>{explanation?.[language]}</Paragraph>
              {seen && (
                <Facts facts={[
                  [t.sections[1], t.planStates[seen.state]],
                  [t.plan.nextMeeting, formatDay(nextEvaluation(seen)?.dueDate, language)],
                  [t.plan.mattersToMe, seen.whatMattersMost && `«${seen.whatMattersMost.text}»`],
                  [t.sections[2], goalsOf(seen).length > 0 && <ul className="plain">{goalsOf(seen).map((goal) => <li key={goal.name}>«{wordsOf(goal)}»</li>)}</ul>],
                  [t.sections[3], [...seen.strengths, ...seen.needs].length > 0 && <ul className="plain">{[...seen.strengths, ...seen.needs].map(({ text }, i) => <li key={i}>{text}</li>)}</ul>],
                  [t.sections[4], activitiesOf(seen).length > 0 && <ul className="plain">{activitiesOf(seen).map(({ name, title }) => <li key={name}>{title}</li>)}</ul>],
                  [t.sections[5], groupOf(seen).map(({ displayName }) => displayName).join(', ')],
                  [t.sharing.doesNotSee, SECTIONS.filter((section) => seen.redactedSections.includes(section)).map((section) => t.sections[section]).join(', ')],
                ]} />
              )}
            </>
          )}
        </Load>
      </div>
    </Panel>
  );
}
