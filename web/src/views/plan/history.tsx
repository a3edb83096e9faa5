// Who changed what, when and why; and what is different between then and now.
import { Button, Heading, Link } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { type CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { DiffPlanRevisionsResponse_Change_Kind as Kind, type ListPlanRevisionsResponse_Revision as PlanRevision } from '../../gen/individuellplan/plan/v1/plan_service_pb';
import { useLanguage } from '../../i18n/language';
import { formatClock, formatTimeDay } from '../../shared/dates';
import { Disclosure } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { nameOf } from '../../shared/plan/model';
import { Load } from '../../shared/state';
import { PlanFrame, useInPlan } from './frame';
import { useRevisions } from './news';

export function HistoryView() {
  const { t } = useLanguage();
  const { base } = useInPlan();
  return (
    <PlanFrame title={t.more.historyTitle} lead={() => t.more.historyText} back={{ to: base, text: t.tabs.overview }}>
      {({ plan }) => <History plan={plan} />}
    </PlanFrame>
  );
}

function History({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const revisions = useRevisions(plan.name, 200);
  const [compare, setCompare] = useState<bigint>();
  return (
    <>
      <Panel title={t.more.changes}>
        <Load query={revisions}>
          {(all) => (
            <Days revisions={all} who={(actor) => nameOf(plan, actor) || t.more.municipality}>
              {({ day, last }) => last < plan.revision && (compare === last ? <Difference plan={plan} from={last} /> : (
                <Button variant="tertiary" data-size="sm" onClick={() => setCompare(last)}>{t.more.sinceThen}<span className="for-ears"> ({day})</span></Button>
              ))}
            </Days>
          )}
        </Load>
      </Panel>
      {plan.provenance && <BeforeItCame plan={plan} />}
    </>
  );
}

// What the plan was before it moved here. Read when it is asked for: each reading stands in the owner's access log.
function BeforeItCame({ plan }: { plan: CarePlan }) {
  const { t, language } = useLanguage();
  return (
    <Panel title={t.more.before} intro={t.more.beforeText(formatTimeDay(plan.provenance?.importTime, language))}>
      <Disclosure text={t.more.beforeShow}><Former plan={plan} /></Disclosure>
    </Panel>
  );
}

// The group of that time came along in the plan, by the names it had there; who else acted worked for the municipality.
function Former({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const { base } = useInPlan();
  const revisions = useRevisions(plan.name, 200, true);
  return (
    <Load query={revisions}>
      {(all) => (
        <Days revisions={all} who={(actor) => nameOf(plan, actor) || t.more.formerMunicipality}>
          {({ day, last, kept }) => kept && (
            <Link asChild><RouterLink to={`${base}/historikk/${last}`}>{t.more.asItWas}<span className="for-ears"> ({day})</span></RouterLink></Link>
          )}
        </Days>
      )}
    </Load>
  );
}

function Days({ revisions, who, children }: { revisions: PlanRevision[]; who: (actor: string) => string; children: (day: Day) => ReactNode }) {
  const { t, language } = useLanguage();
  const words = t.actions as Record<string, string>;
  return (
    <ol className="lines">
      {daysOf(revisions, (time) => formatTimeDay(time, language)).map((each) => (
        <li key={each.day} className="stacked">
          <div>
            <Heading level={3} data-size="2xs">{each.day}</Heading>
            <ul className="plain">
              {each.changes.map(({ revision, createTime, actor, action, reason, times }) => (
                <li key={String(revision)}>
                  <span className="quiet">{formatClock(createTime, language)}</span>{' '}
                  <strong>{who(actor)}</strong> {words[action] ?? t.more.changedSomething}
                  {times > 1 && ` (${t.more.times(times)})`}{reason && <span className="quiet"> · {reason}</span>}
                </li>
              ))}
            </ul>
            {children(each)}
          </div>
        </li>
      ))}
    </ol>
  );
}

interface Day {
  day: string;
  // The latest revision of that day, and whether the plan as it stood then can be read.
  last: bigint;
  kept: boolean;
  changes: (PlanRevision & { times: number })[];
}

// What was changed each day, newest first; the same thing by the same person again and again is one line.
function daysOf(revisions: PlanRevision[], dayOf: (time: PlanRevision['createTime']) => string): Day[] {
  const days: Day[] = [];
  for (const revision of revisions) {
    const day = dayOf(revision.createTime);
    if (days.at(-1)?.day !== day) days.push({ day, last: revision.revision, kept: !revision.withoutPlan, changes: [] });
    const { changes } = days.at(-1)!;
    const before = changes.at(-1);
    if (before && before.actor === revision.actor && before.action === revision.action && before.reason === revision.reason) before.times += 1;
    else changes.push({ ...revision, times: 1 });
  }
  return days;
}

function Difference({ plan, from }: { plan: CarePlan; from: bigint }) {
  const { t } = useLanguage();
  const diff = useQuery({ queryKey: ['diff', plan.name, String(from)], queryFn: () => plans.diffPlanRevisions({ name: plan.name, fromRevision: from }) });
  return (
    <Load query={diff}>
      {({ changes }) => (changes.length === 0 ? <Empty>{t.more.noDifference}</Empty> : (
        <div className="scroll" tabIndex={0} role="group" aria-label={t.more.sinceThen}><table className="table">
          <thead><tr><th scope="col">{t.more.where}</th><th scope="col">{t.more.then}</th><th scope="col">{t.more.now}</th></tr></thead>
          <tbody>
            {changes.slice(0, 40).map(({ kind, path, before, after }) => (
              <tr key={path}>
                <th scope="row">{placeOf(plan, path, t.more.places)}</th>
                <td>{kind === Kind.ADDED ? '–' : readable(before)}</td>
                <td>{kind === Kind.REMOVED ? '–' : readable(after)}</td>
              </tr>
            ))}
          </tbody>
        </table></div>
      ))}
    </Load>
  );
}

// "goals[plans/a/goals/b].own_words.text" → "Mål".
function placeOf(plan: CarePlan, path: string, places: Record<string, string>): string {
  const name = /\[(plans\/[^\]]+)\]/.exec(path)?.[1];
  const activity = plan.activities.find((each) => each.name === name)?.title;
  const field = path.split(/[.[]/)[0] ?? path;
  return [places[field] ?? field.replace(/_/g, ' '), activity].filter(Boolean).join(': ');
}

function readable(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : JSON.stringify(value, null, 1).replace(/[{}"[\]]/g, '').trim();
  } catch {
    return json;
  }
}
