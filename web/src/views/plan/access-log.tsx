// Who has seen the plan, what they saw, and why. The owner can ask about each look-up.
import { Button, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { access } from '../../api/access';
import { useCommand } from '../../api/queries';
import { useSession } from '../../app/session';
import type { AccessLogEntry } from '../../gen/individuellplan/plan/v1/access_service_pb';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { formatClock, formatDay, formatTime, formatTimeDay } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Check, Disclosure, Form, Pick, TextArea } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { isOwners } from '../../shared/plan/model';
import { Load } from '../../shared/state';
import { Emergencies } from './emergencies';
import { PlanFrame } from './frame';

export function AccessLogView() {
  const { t } = useLanguage();
  return (
    <PlanFrame title={t.tabs.seen} heading={({ role }) => (isOwners(role) ? t.tabs.seen : t.tabs.seenByMe)} lead={({ role }) => (isOwners(role) ? t.log.lead : t.log.leadOwn)}>
      {({ plan, role }) => <><Emergencies plan={plan} /><AccessLog plan={plan} mayAsk={isOwners(role)} /></>}
    </PlanFrame>
  );
}

function useLog(parent: string) {
  return useInfiniteQuery({
    queryKey: ['access-log', parent],
    initialPageParam: '',
    queryFn: ({ pageParam }) => access.listAccessLogEntries({ parent, pageSize: 200, pageToken: pageParam }),
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}

export function AccessLog({ plan, mayAsk, parent = plan?.name ?? '' }: { plan?: CarePlan; mayAsk: boolean; parent?: string }) {
  const { t, language } = useLanguage();
  const log = useLog(parent);
  const [who, setWho] = useState('');
  const owner = plan?.subject?.person;
  // One's own look-ups would hide those of others.
  const [own, setOwn] = useState(false);
  const entries = log.data?.pages.flatMap((page) => page.accessLogEntries) ?? [];
  const people = [...new Map(entries.filter(({ accessor }) => own || !mayAsk || accessor !== owner).map((entry) => [entry.accessor, entry.accessorDisplayName])).entries()];
  const shown = entries.filter(({ accessor }) => (who ? accessor === who : own || !mayAsk || accessor !== owner));
  return (
    <Panel title={t.log.lookups} actions={mayAsk && <Verify parent={parent} />}>
      <Load query={{ data: log.data, error: log.error, refetch: log.refetch }}>
        {() => (
          <>
            {people.length > 1 && (
              <Pick label={t.log.filter} value={who} set={setWho} options={[{ value: '', text: t.log.everybody }, ...people.map(([value, text]) => ({ value, text: text || t.log.system }))]} />
            )}
            {mayAsk && <Check label={t.log.showOwn} value={own} set={setOwn} />}
            {shown.length === 0 && <Empty>{t.log.nobody}</Empty>}
            <ul className="lines">{lookupsOf(shown, (time) => formatTimeDay(time, language)).map(({ entry, first, times }) => <Entry key={entry.name} entry={entry} first={first} times={times} plan={plan} mayAsk={mayAsk} />)}</ul>
            {log.hasNextPage && <Button variant="secondary" onClick={() => void log.fetchNextPage()}>{t.showMore}</Button>}
          </>
        )}
      </Load>
    </Panel>
  );
}

interface Lookups {
  // The last of them; its sections are all that was seen.
  entry: AccessLogEntry;
  first: AccessLogEntry;
  times: number;
}

// One visit opens a plan several times: what a person has opened on a day is one line, with the first and the last
// time and all they saw. What somebody has asked about stands by itself.
function lookupsOf(entries: AccessLogEntry[], dayOf: (time: AccessLogEntry['accessTime']) => string): Lookups[] {
  const lines = new Map<string, Lookups>();
  for (const entry of entries) {
    const key = entry.askTime ? entry.name : [entry.accessor, entry.basis, entry.purposeOfUse, dayOf(entry.accessTime)].join('|');
    const line = lines.get(key);
    lines.set(key, line ? {
      entry: { ...line.entry, sections: [...new Set([...line.entry.sections, ...entry.sections])].sort((x, y) => x - y) },
      first: entry, times: line.times + 1,
    } : { entry, first: entry, times: 1 });
  }
  return [...lines.values()];
}

function Entry({ entry, first, times, plan, mayAsk }: Lookups & { plan?: CarePlan; mayAsk: boolean }) {
  const { t, language } = useLanguage();
  const { role } = useSession();
  const bases = t.log.bases as Record<string, string>;
  const organization = plan?.participants.find((each) => each.organization === entry.organization)?.organizationDisplayName;
  const own = entry.accessor === plan?.subject?.person;
  const emergency = entry.basis === 'EMERGENCY';
  return (
    <li>
      <div>
        <strong>{entry.accessorDisplayName || t.log.system}</strong> {own && mayAsk && <span className="quiet">({t.log.yourself})</span>}
        {emergency && <Tag data-size="sm" data-color="danger">! {bases.EMERGENCY}</Tag>}
        <div className="quiet">{[organization, bases[entry.basis]].filter(Boolean).join(' · ')}</div>
        <div>{times === 1 ? formatTime(entry.accessTime, language) : t.log.several(times, formatTimeDay(first.accessTime, language), formatClock(first.accessTime, language), formatClock(entry.accessTime, language))}</div>
        <div className="quiet">
          {entry.sections.length >= 8 ? t.log.sawAll : entry.sections.length > 0
            ? t.log.saw(entry.sections.map((section) => t.log.parts[section]).join(', ')) : t.log.sawNothing}
          {entry.purposeOfUse && ` ${t.log.purpose}: ${entry.purposeOfUse}`}
        </div>
        {entry.askTime && (
          <div>{mayAsk ? t.log.asked(formatTime(entry.askTime, language)) : t.log.ownerAsked(formatTime(entry.askTime, language))} {entry.question && `«${entry.question}»`}</div>
        )}
        {entry.askTime && !entry.answerTime && entry.answerDueDate && <div className="quiet">{t.answers.answerBy(formatDay(entry.answerDueDate, language))}</div>}
        {entry.answer && <blockquote className="quote">{entry.answer}</blockquote>}
      </div>
      {mayAsk && !own && (!entry.askTime || entry.answerTime) && <Ask entry={entry} />}
      {role === 'UNIT_LEADER' && entry.askTime && !entry.answerTime && <Answer entry={entry} />}
    </li>
  );
}

function Ask({ entry }: { entry: AccessLogEntry }) {
  const { t } = useLanguage();
  const [question, setQuestion] = useState('');
  const ask = useCommand((_: void, requestId) => access.askAboutAccess({ name: entry.name, question, requestId }));
  return (
    <Disclosure text={t.log.ask} variant="tertiary">
      <Form command={ask} submit={() => ask.send()} submitText={t.log.sendQuestion} done={t.log.questionSent}>
        <TextArea label={t.log.question} help={t.log.questionHelp} value={question} set={setQuestion} rows={2} required={false} />
      </Form>
    </Disclosure>
  );
}

// The leader answers what the owner has asked; the owner reads it here.
function Answer({ entry }: { entry: AccessLogEntry }) {
  const { t } = useLanguage();
  const draft = useDraft(`${entry.name}/answer`, '');
  const answer = useCommand(
    (text: string, requestId) => access.answerAccessQuestion({ name: entry.name, answer: text, requestId }),
    () => draft.forget(''),
  );
  return (
    <Disclosure text={t.log.answerIt} variant="primary">
      <Form command={answer} submit={() => answer.send(draft.value.trim())} submitText={t.notice.sendAnswer} check={() => (draft.value.trim() ? undefined : t.required)}>
        <TextArea label={t.notice.yourAnswer} help={t.log.answerHelp} value={draft.value} set={draft.set} rows={3} />
      </Form>
    </Disclosure>
  );
}

function Verify({ parent }: { parent: string }) {
  const { t } = useLanguage();
  const [asked, setAsked] = useState(false);
  const check = useQuery({ queryKey: ['verify-log', parent], queryFn: () => access.verifyAccessLog({ plan: parent }), enabled: asked });
  return (
    <div>
      {!asked && <Button variant="tertiary" data-size="sm" onClick={() => setAsked(true)}>{t.log.verify}</Button>}
      {asked && <Load query={check}>{({ intact, entryCount }) => <Paragraph role="status">{intact ? `✓ ${t.log.intact(Number(entryCount))}` : `! ${t.log.broken}`}</Paragraph>}</Load>}
    </div>
  );
}
