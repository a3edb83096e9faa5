// What has happened lately: what was written, and what was changed by whom.
import { Link } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';
import { timestampMs } from '@bufbuild/protobuf/wkt';

import { plans } from '../../api/clients';
import { pageOf } from '../../api/resources';
import { useLanguage } from '../../i18n/language';
import { formatTimeDay } from '../../shared/dates';
import { Empty, Panel } from '../../shared/page';
import { nameOf } from '../../shared/plan/model';
import type { InPlan } from './frame';

export function useRevisions(plan: string, pageSize: number) {
  return useQuery({
    queryKey: ['revisions', plan, pageSize],
    queryFn: async () => (await plans.listPlanRevisions({ name: plan, pageSize })).revisions,
  });
}

export function News({ at: { plan, base } }: { at: InPlan }) {
  const { t, language } = useLanguage();
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
  const news = [...comments, ...changes].sort((a, b) => timestampMs(b.time) - timestampMs(a.time)).slice(0, 6);
  return (
    <Panel title={t.plan.news}>
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
    </Panel>
  );
}
