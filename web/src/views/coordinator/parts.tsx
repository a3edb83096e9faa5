// Parts of a plan that are edited as a whole: strengths, needs, cooperation, period. When somebody else saved
// meanwhile, both versions are shown.
import { Button } from '@digdir/designsystemet-react';
import { type ReactNode, useState } from 'react';

import { plans } from '../../api/clients';
import { isReason } from '../../api/errors';
import { useCommand } from '../../api/queries';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import type { LifeArea } from '../../gen/individuellplan/type/v1/common_pb';
import { useLanguage } from '../../i18n/language';
import { formatPeriod, fromInput, toInput } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Check, Conflict, Form, Kept, Pick, TextArea, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import type { InPlan } from '../plan/frame';

type Change = Parameters<typeof plans.updatePlan>[0]['plan'];

interface PartProps<T> {
  plan: CarePlan;
  title: string;
  id: string;
  value: T;
  // In words, for the page and for a conflict.
  words: (value: T) => string;
  shown: ReactNode;
  fields: (value: T, set: (value: T) => void) => ReactNode;
  change: (value: T) => Change;
  paths: string[];
}

function Part<T>({ plan, title, id, value, words, shown, fields, change, paths }: PartProps<T>) {
  const { t } = useLanguage();
  const [open, setOpen] = useState(false);
  const [start, setStart] = useState({ etag: plan.etag, words: words(value) });
  const draft = useDraft(`${plan.name}/${id}`, value);
  const save = useCommand(
    (etag: string, requestId) => plans.updatePlan({ plan: { ...change(draft.value), name: plan.name, etag }, updateMask: { paths }, requestId }),
    () => {
      draft.forget(draft.value);
      setOpen(false);
    },
  );
  // Others' changes elsewhere in the plan are no conflict here.
  const conflict = open && words(value) !== start.words && (isReason(save.error, 'ETAG_MISMATCH') || plan.etag !== start.etag) && !save.isDone;
  const begin = () => {
    setStart({ etag: plan.etag, words: words(value) });
    if (!draft.kept) draft.forget(value);
    save.reset();
    setOpen(true);
  };
  return (
    <Panel title={<span id={id}>{title}</span>} actions={!open && <Button variant="secondary" data-size="sm" onClick={begin}>{t.change}<span className="for-ears"> {title}</span></Button>}>
      {!open && shown}
      {conflict && (
        <Conflict mine={words(draft.value)} theirs={words(value)} keepMine={() => save.send(plan.etag)} keepTheirs={() => { draft.forget(value); setOpen(false); }} />
      )}
      {open && (
        <Form command={conflict ? { ...save, error: null } : save} submit={() => save.send(conflict ? start.etag : plan.etag)} submitText={t.save}
          more={<Button type="button" variant="tertiary" onClick={() => { draft.forget(value); setOpen(false); }}>{t.cancel}</Button>}>
          <Kept show={draft.kept} forget={() => draft.forget(value)} />
          {fields(draft.value, draft.set)}
        </Form>
      )}
    </Panel>
  );
}

interface Line { text: string; lifeArea: LifeArea }

function LineFields({ lines, set, label }: { lines: Line[]; set: (lines: Line[]) => void; label: string }) {
  const { t } = useLanguage();
  const areas = Object.entries(t.areas).map(([code, text]) => ({ value: Number(code) as LifeArea, text }));
  return (
    <>
      {lines.map((line, i) => (
        <div className="line-fields" key={i} role="group" aria-label={`${label} ${i + 1}`}>
          <TextArea label={`${label} ${i + 1}`} value={line.text} rows={2} set={(text) => set(lines.map((each, j) => (i === j ? { ...each, text } : each)))} />
          <Pick label={t.goal.area} value={line.lifeArea} set={(lifeArea) => set(lines.map((each, j) => (i === j ? { ...each, lifeArea } : each)))} options={areas} />
          <Button type="button" variant="tertiary" data-size="sm" onClick={() => set(lines.filter((_, j) => j !== i))}>{t.forget}<span className="for-ears"> {label} {i + 1}</span></Button>
        </div>
      ))}
      <div><Button type="button" variant="secondary" data-size="sm" onClick={() => set([...lines, { text: '', lifeArea: 0 }])}>{t.edit.addLine}</Button></div>
    </>
  );
}

function LineList({ lines, empty }: { lines: Line[]; empty: string }) {
  const { t } = useLanguage();
  if (lines.length === 0) return <Empty>{empty}</Empty>;
  return <ul className="lines">{lines.map(({ text, lifeArea }, i) => <li key={i}><div><span className="quiet">{t.areas[lifeArea]}: </span>{text}</div></li>)}</ul>;
}

const plain = (lines: Line[]): Line[] => lines.map(({ text, lifeArea }) => ({ text, lifeArea }));
const filled = (lines: Line[]) => lines.filter(({ text }) => text.trim());

export function StrengthsPart({ at: { plan } }: { at: InPlan }) {
  const { t } = useLanguage();
  const value = { lines: plain(plan.strengths), none: plan.strengthsNoneStated };
  return (
    <Part
      plan={plan} id="strengths" title={t.edit.strengths} value={value} paths={['strengths', 'strengths_none_stated']}
      words={({ lines }) => lines.map(({ text }) => text).join('\n')}
      shown={<LineList lines={plan.strengths} empty={plan.strengthsNoneStated ? t.edit.noneStated : t.edit.nothing} />}
      fields={({ lines, none }, set) => (
        <>
          <LineFields lines={lines} set={(next) => set({ lines: next, none: false })} label={t.edit.strength} />
          {lines.length === 0 && <Check label={t.edit.noneStatedLabel} value={none} set={(next) => set({ lines, none: next })} />}
        </>
      )}
      change={({ lines, none }) => ({ strengths: filled(lines), strengthsNoneStated: none && lines.length === 0 })}
    />
  );
}

export function NeedsPart({ at: { plan } }: { at: InPlan }) {
  const { t } = useLanguage();
  return (
    <Part
      plan={plan} id="needs" title={t.edit.needs} value={plain(plan.needs)} paths={['needs']}
      words={(lines) => lines.map(({ text }) => text).join('\n')}
      shown={<LineList lines={plan.needs} empty={t.edit.nothing} />}
      fields={(lines, set) => <LineFields lines={lines} set={set} label={t.edit.need} />}
      change={(lines) => ({ needs: filled(lines) })}
    />
  );
}

export function CollaborationPart({ at: { plan } }: { at: InPlan }) {
  const { t } = useLanguage();
  const value = { lines: plan.collaborationNeeds.map(({ party, purpose }) => ({ party, purpose })), none: plan.collaborationNoneNeeded };
  return (
    <Part
      plan={plan} id="collaboration_needs" title={t.edit.collaboration} value={value} paths={['collaboration_needs', 'collaboration_none_needed']}
      words={({ lines }) => lines.map(({ party, purpose }) => `${party}: ${purpose}`).join('\n')}
      shown={plan.collaborationNeeds.length === 0 ? <Empty>{plan.collaborationNoneNeeded ? t.edit.noneNeeded : t.edit.nothing}</Empty> : (
        <ul className="lines">{plan.collaborationNeeds.map(({ party, purpose }) => <li key={party}><div><strong>{party}</strong><div>{purpose}</div></div></li>)}</ul>
      )}
      fields={({ lines, none }, set) => (
        <>
          {lines.map((line, i) => (
            <div className="line-fields" key={i} role="group" aria-label={`${t.edit.party} ${i + 1}`}>
              <TextInput label={`${t.edit.party} ${i + 1}`} value={line.party} set={(party) => set({ none: false, lines: lines.map((each, j) => (i === j ? { ...each, party } : each)) })} />
              <TextInput label={`${t.edit.purpose} ${i + 1}`} value={line.purpose} set={(purpose) => set({ none: false, lines: lines.map((each, j) => (i === j ? { ...each, purpose } : each)) })} />
              <Button type="button" variant="tertiary" data-size="sm" onClick={() => set({ none, lines: lines.filter((_, j) => j !== i) })}>{t.forget}<span className="for-ears"> {i + 1}</span></Button>
            </div>
          ))}
          <div><Button type="button" variant="secondary" data-size="sm" onClick={() => set({ none: false, lines: [...lines, { party: '', purpose: '' }] })}>{t.edit.addLine}</Button></div>
          {lines.length === 0 && <Check label={t.edit.noneNeededLabel} value={none} set={(next) => set({ lines, none: next })} />}
        </>
      )}
      change={({ lines, none }) => ({ collaborationNeeds: lines.filter(({ party }) => party.trim()), collaborationNoneNeeded: none && lines.length === 0 })}
    />
  );
}

export function PeriodPart({ at: { plan } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const value = { start: toInput(plan.period?.startDate), end: toInput(plan.period?.endDate) };
  return (
    <Part
      plan={plan} id="period" title={t.plan.period} value={value} paths={['period']}
      words={({ start, end }) => `${start} – ${end}`}
      shown={plan.period ? <p>{formatPeriod(plan.period, language)}</p> : <Empty>{t.edit.nothing}</Empty>}
      fields={({ start, end }, set) => (
        <div className="beside">
          <TextInput label={t.edit.from} type="date" value={start} set={(next) => set({ start: next, end })} />
          <TextInput label={t.edit.to} type="date" value={end} set={(next) => set({ start, end: next })} required={false} />
        </div>
      )}
      change={({ start, end }) => ({ period: { startDate: fromInput(start), endDate: fromInput(end) } })}
    />
  );
}
