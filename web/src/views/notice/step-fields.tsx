// The fields of each step.
import { Button, Paragraph } from '@digdir/designsystemet-react';

import { useSession } from '../../app/session';
import { type CoordinatingUnit, ConsentBasis_Kind, CoordinatingUnit_Kind, NeedNotice_Outcome, Notifier_Source } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import type { LifeArea } from '../../gen/individuellplan/type/v1/common_pb';
import { useLanguage } from '../../i18n/language';
import { formatDay, fromInput } from '../../shared/dates';
import { Check, Choice, Choices, Pick, TextArea, TextInput } from '../../shared/form';
import { Facts } from '../../shared/page';
import type { NoticeForm } from './steps';

interface Props {
  form: NoticeForm;
  set: (part: Partial<NoticeForm>) => void;
  units: CoordinatingUnit[];
}

const PROFESSIONAL: Notifier_Source[] = [1, 2, 3, 4, 5, 6, 7, 8];

// Municipalities that a unit receives for.
function municipalities(units: CoordinatingUnit[]): { value: string; text: string }[] {
  return units
    .filter(({ kind }) => kind === CoordinatingUnit_Kind.MUNICIPAL)
    .flatMap(({ displayName, municipalityCodes }) => municipalityCodes.map((value) => ({ value, text: displayName.replace(/^Koordinerende enhet( i|,) /, '') })));
}

export function WhoStep({ form, set, units }: Props) {
  const { t } = useLanguage();
  const session = useSession();
  const { role } = session;
  return (
    <>
      {role === 'CITIZEN' && !session.actingFor && (
        <Choice label={t.notice.whom} value={form.self ? 1 : 0} set={(self) => set({
          self: self === 1, name: self ? session.displayName : '', source: self ? Notifier_Source.SELF : Notifier_Source.RELATED_PERSON,
          consent: self ? ConsentBasis_Kind.OWN_REQUEST : ConsentBasis_Kind.CONSENT,
        })} options={[{ value: 1, text: t.notice.aboutMe }, { value: 0, text: t.notice.aboutOther }]} />
      )}
      {!(role === 'CITIZEN' && form.self) && (
        <>
          <TextInput label={t.notice.theirName} value={form.name} set={(name) => set({ name })} />
          <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={form.id} set={(id) => set({ id })} inputMode="numeric" />
        </>
      )}
      <Pick label={form.self ? t.notice.yourMunicipality : t.notice.municipality} value={form.municipality} set={(municipality) => set({ municipality })}
        options={[{ value: '', text: t.notice.choose }, ...municipalities(units)]} />
      <TextInput label={form.self ? t.notice.yourPhone : t.notice.theirPhone} help={t.notice.phoneHelp} value={form.phone} set={(phone) => set({ phone })} type="tel" required={false} />
      {role === 'PRACTITIONER' && (
        <Pick label={t.notice.source} value={form.source} set={(source) => set({ source })} options={PROFESSIONAL.map((value) => ({ value, text: t.sources[value] }))} />
      )}
      {role === 'CASE_WORKER' && (
        <>
          <Pick label={t.notice.whoTold} value={form.source} set={(source) => set({ source })} options={([...PROFESSIONAL, 9, 10] as Notifier_Source[]).map((value) => ({ value, text: t.sources[value] }))} />
          <TextInput label={t.notice.notifierName} value={form.notifierName} set={(notifierName) => set({ notifierName })} />
          <TextInput label={t.notice.notifierPhone} value={form.notifierPhone} set={(notifierPhone) => set({ notifierPhone })} type="tel" required={false} />
        </>
      )}
      {form.source === Notifier_Source.RELATED_PERSON && (
        <TextInput label={t.notice.relation} value={form.relation} set={(relation) => set({ relation })} />
      )}
      {role === 'PRACTITIONER' && (
        <TextInput label={t.notice.workEmail} help={t.notice.workEmailHelp} value={form.notifierEmail} set={(notifierEmail) => set({ notifierEmail })} type="email" required={false} />
      )}
    </>
  );
}

export function NeedStep({ form, set }: Props) {
  const { t } = useLanguage();
  const { role } = useSession();
  return (
    <>
      <Choice label={t.notice.wanted} value={form.outcome} set={(outcome) => set({ outcome })} options={[
        { value: NeedNotice_Outcome.PLAN_AND_COORDINATOR, text: t.outcomes[1] },
        { value: NeedNotice_Outcome.COORDINATOR_ONLY, text: t.outcomes[2] },
        { value: NeedNotice_Outcome.CHILD_COORDINATOR, text: t.outcomes[3], help: t.notice.childHelp },
      ]} />
      <TextArea label={form.self ? t.notice.whyMe : t.notice.why} help={form.self ? t.notice.whyMeHelp : t.notice.whyHelp} value={form.need} set={(need) => set({ need })} rows={5} />
      <Choices label={t.notice.areas} values={form.areas} set={(areas) => set({ areas })}
        options={Object.entries(t.areas).filter(([code]) => code !== '0').map(([code, text]) => ({ value: Number(code) as LifeArea, text }))} />
      {role !== 'CITIZEN' && <TextInput label={t.notice.observed} type="date" value={form.observed} set={(observed) => set({ observed })} />}
      <Check label={t.notice.urgent} value={form.urgent} set={(urgent) => set({ urgent })} />
      {form.urgent && <TextArea label={t.notice.urgencyReason} value={form.urgencyReason} set={(urgencyReason) => set({ urgencyReason })} rows={2} />}
    </>
  );
}

export function ConsentStep({ form, set }: Props) {
  const { t } = useLanguage();
  if (form.consent === ConsentBasis_Kind.OWN_REQUEST && form.self) {
    return (
      <>
        <Paragraph>{t.notice.ownRequest}</Paragraph>
        <Check label={t.notice.iKnowRights} help={t.notice.rights} value={form.told} set={(told) => set({ told })} />
      </>
    );
  }
  const explain = form.consent === ConsentBasis_Kind.CONSENT_BY_REPRESENTATIVE || form.consent === ConsentBasis_Kind.OTHER_LEGAL_BASIS;
  return (
    <>
      <Choice label={t.notice.consent} help={t.notice.consentHelp} value={form.consent} set={(consent) => set({ consent })}
        options={([1, 2, 4] as const).map((value) => ({ value: value as ConsentBasis_Kind, text: t.notice.consents[value] }))} />
      <TextInput label={t.notice.consentDate} type="date" value={form.consentDate} set={(consentDate) => set({ consentDate })} />
      {explain && <TextInput label={t.notice.consentWhy} value={form.consentWhy} set={(consentWhy) => set({ consentWhy })} />}
      <Check label={t.notice.told} help={t.notice.rights} value={form.told} set={(told) => set({ told })} />
      {form.told && <TextInput label={t.notice.toldDate} type="date" value={form.toldDate} set={(toldDate) => set({ toldDate })} />}
    </>
  );
}

export function ReviewStep({ form, units, go }: Props & { go: (step: number) => void }) {
  const { t, language } = useLanguage();
  const change = (step: number) => <Button type="button" variant="tertiary" data-size="sm" onClick={() => go(step)}>{t.change} <span className="for-ears">{t.notice.steps[step]}</span></Button>;
  return (
    <>
      <Paragraph>{t.notice.review}</Paragraph>
      <div className="head-with"><h3>{t.notice.steps[0]}</h3>{change(0)}</div>
      <Facts facts={[
        [t.name, form.name],
        [form.self ? t.notice.yourMunicipality : t.notice.municipality, municipalities(units).find(({ value }) => value === form.municipality)?.text],
        [t.phone, form.phone],
        [t.notice.from, [form.notifierName, t.sources[form.source]].join(', ')],
      ]} />
      <div className="head-with"><h3>{t.notice.steps[1]}</h3>{change(1)}</div>
      <Facts facts={[
        [t.notice.wanted, t.outcomes[form.outcome]],
        [t.notice.why, form.need],
        [t.notice.areas, form.areas.map((area) => t.areas[area]).join(', ')],
        [t.notice.urgent, form.urgent && form.urgencyReason],
      ]} />
      <div className="head-with"><h3>{t.notice.steps[2]}</h3>{change(2)}</div>
      <Facts facts={[
        [t.notice.consent, form.self ? t.notice.ownRequest : `${t.notice.consents[form.consent as 1 | 2 | 4]}, ${formatDay(fromInput(form.consentDate), language)}`],
        [t.notice.told, t.yes],
      ]} />
    </>
  );
}
