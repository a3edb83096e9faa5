// What has happened lately: what was written, and what was changed by whom.
import { Link, Paragraph } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';
import { timestampMs } from '@bufbuild/protobuf/wkt';

import { plans } from '../../api/clients';
import { pageOf } from '../../api/resources';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { formatTimeDay } from '../../shared/dates';
import { Empty, Panel } from '../../shared/page';
import { nameOf } from '../../shared/plan/model';
import type { InPlan } from './frame';

// `imported`: those from before the plan moved here.
export function useRevisions(plan: string, pageSize: number, imported = false) {
  return useQuery({
    queryKey: ['revisions', plan, pageSize, imported],
    queryFn: async () => (await plans.listPlanRevisions({ name: plan, pageSize, imported })).revisions,
  });
}

// The latest first.
function useNews(plan: CarePlan) {
  const { t } = useLanguage();
  const revisions = useRevisions(plan.name, 12).data ?? [];
  const comments = plan.comments
    .filter(({ text }) => text?.writeTime)
    .map(({ name, target, text }) => ({
      key: name, time: text!.writeTime!, who: nameOf(plan, text!.author), what: `«${text!.text}»`, to: target && pageOf(target),
    }));
  const words = t.actions as Record<string, string>;
  const changes = revisions
    .filter(({ action, createTime }) => words[action] && action !== 'CreateComment' && createTime)
    .map(({ revision, createTime, actor, action }) => ({
      key: String(revision), time: createTime!, who: nameOf(plan, actor), what: words[action]!, to: '',
    }));
  return [...comments, ...changes].sort((a, b) => timestampMs(b.time) - timestampMs(a.time)).slice(0, 6);
}

// The latest of it, for the top of the page; the rest stands at its end.
export function Latest({ plan }: { plan: CarePlan }) {
  const { t, language } = useLanguage();
  const [latest] = useNews(plan);
  if (!latest) return null;
  return (
    <Panel title={t.plan.latest} tone="calm">
      <p><strong>{latest.who || t.somebody}</strong> <span className="clamped">{latest.what}</span></p>
      <Paragraph className="quiet">{formatTimeDay(latest.time, language)}</Paragraph>
      <p><Link href="#news">{t.plan.moreNews}</Link></p>
    </Panel>
  );
}

export function News({ at: { plan, base } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const news = useNews(plan);
  return (
    <div id="news"><Panel title={t.plan.news}>
      {news.length === 0 && <Empty>{t.plan.noNews}</Empty>}
      <ul className="lines">
        {news.map(({ key, time, who, what, to }) => (
          <li key={key}>
            <div>
              <strong>{who || t.somebody}</strong> {what}
              {to && <> <Link asChild><RouterLink to={to} aria-label={t.plan.seeAbout(who || t.somebody)}>{t.plan.see}</RouterLink></Link></>}
              <div className="quiet">{formatTimeDay(time, language)}</div>
            </div>
          </li>
        ))}
      </ul>
      <p><Link asChild><RouterLink to={`${base}/historikk`}>{t.plan.allHistory}</RouterLink></Link></p>
    </Panel></div>
  );
}
