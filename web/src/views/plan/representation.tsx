// Who acts for the owner, by what right, for what and until when.
import { Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';

import { access } from '../../api/access';
import { useCommand } from '../../api/queries';
import { type Representative, Representative_Kind } from '../../gen/individuellplan/plan/v1/consent_pb';
import type { Section } from '../../gen/individuellplan/type/v1/access_pb';
import { useLanguage } from '../../i18n/language';
import { formatDay, fromInput, today } from '../../shared/dates';
import { Check, Choices, Disclosure, Do, Form, Pick, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { isNow, isOwners, ownerName, SECTIONS } from '../../shared/plan/model';
import { type InPlan, PlanFrame, useInPlan } from './frame';

export function RepresentationView() {
  const { t } = useLanguage();
  const { base } = useInPlan();
  return (
    <PlanFrame title={t.sharing.representatives}
      heading={({ plan, role }) => (role === 'owner' ? t.sharing.representatives : t.sharing.representativesOf(ownerName(plan)))}
      lead={({ role }) => (role === 'owner' ? t.representation.lead : t.representation.leadOwner)} back={{ to: `${base}/deling`, text: t.tabs.sharing }}>
      {(at) => (
        <>
          <Panel title={at.role === 'owner' ? t.representation.who : t.representation.currently}>
            {at.plan.representatives.length === 0 && <Empty>{at.role === 'owner' ? t.representation.nobody : t.representation.nobodyForOwner}</Empty>}
            <ul className="lines">{at.plan.representatives.map((each) => <Row key={each.name} at={at} each={each} />)}</ul>
          </Panel>
          {isOwners(at.role) && <Panel title={t.representation.appoint} intro={t.representation.appointText}><Appoint at={at} /></Panel>}
        </>
      )}
    </PlanFrame>
  );
}

function Row({ at: { role }, each }: { at: InPlan; each: Representative }) {
  const { t, language } = useLanguage();
  const end = useCommand((_: void, requestId) => access.endRepresentation({ name: each.name, etag: each.etag, requestId }));
  return (
    <li>
      <div>
        <strong>{each.displayName}</strong> <span className="quiet">({t.representativeKinds[each.kind]})</span>
        <div>{each.mayAct ? t.representation.mayAct : t.representation.mayRead} {each.sections.length > 0 && each.sections.map((section) => t.sections[section]).join(', ')}</div>
        <div className="quiet">
          {t.representation.basis}: {each.basis}. {t.representation.from(formatDay(each.period?.startDate, language))}
          {each.period?.endDate ? ` ${t.until} ${formatDay(each.period.endDate, language)}` : ''}
          {each.legalEndDate && ` ${t.representation.endsByLaw(formatDay(each.legalEndDate, language))}`}
        </div>
      </div>
      {isOwners(role) && isNow(each.period) && (
        <Disclosure text={t.representation.end} variant="tertiary">
          <div className="buttons"><Do command={end} act={() => end.send()} tone="danger" variant="primary">{t.representation.endYes(each.displayName)}</Do></div>
        </Disclosure>
      )}
    </li>
  );
}

const blank = { kind: Representative_Kind.POWER_OF_ATTORNEY as Representative_Kind, name: '', id: '', basis: '', until: '', sections: [] as Section[], mayAct: false };

function Appoint({ at: { plan } }: { at: InPlan }) {
  const { t } = useLanguage();
  const [form, setForm] = useState(blank);
  const set = (part: Partial<typeof blank>) => setForm({ ...form, ...part });
  const create = useCommand(
    (_: void, requestId) => access.createRepresentative({
      parent: plan.name, requestId, identity: { nationalId: form.id.replace(/\s/g, '') },
      representative: {
        kind: form.kind, displayName: form.name.trim(), basis: form.basis.trim(), sections: form.sections, mayAct: form.mayAct,
        period: { startDate: today(), ...(fromInput(form.until) ? { endDate: fromInput(form.until) } : {}) },
      },
    }),
    () => setForm(blank),
  );
  return (
    <Disclosure text={t.representation.appoint}>
      <Form command={create} submit={() => create.send()} submitText={t.representation.appointSend}
        check={() => (form.name.trim() && form.basis.trim() && /^\d{11}$/.test(form.id.replace(/\s/g, '')) ? undefined : t.representation.needs)}>
        <Paragraph>{t.representation.stepUp}</Paragraph>
        <Pick label={t.representation.kind} value={form.kind} set={(kind) => set({ kind })}
          options={([4, 3, 2, 1, 5] as const).map((value) => ({ value: value as Representative_Kind, text: t.representativeKinds[value] }))} />
        <TextInput label={t.name} value={form.name} set={(name) => set({ name })} />
        <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={form.id} set={(id) => set({ id })} inputMode="numeric" />
        <TextInput label={t.representation.basis} help={t.representation.basisHelp} value={form.basis} set={(basis) => set({ basis })} />
        <TextInput label={t.sharing.until} type="date" value={form.until} set={(until) => set({ until })} required={false} />
        <Choices label={t.representation.covers} help={t.representation.coversHelp} values={form.sections} set={(sections) => set({ sections })}
          options={SECTIONS.map((section) => ({ value: section as Section, text: t.sections[section] }))} />
        <Check label={t.representation.mayActLabel} value={form.mayAct} set={(mayAct) => set({ mayAct })} />
      </Form>
    </Disclosure>
  );
}
