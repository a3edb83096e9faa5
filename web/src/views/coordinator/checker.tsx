// What § 19 asks for and the plan lacks, with where to mend it. The words come from the rule set.
import { Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { CheckPlanResponse_Finding_Severity as Severity } from '../../gen/individuellplan/plan/v1/plan_service_pb';
import { useLanguage } from '../../i18n/language';
import { formatDay, fromInput } from '../../shared/dates';
import { Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import type { InPlan } from '../plan/frame';

// Where a finding's target is mended.
function placeOf(target: string, base: string): string {
  if (target.includes('/activities/')) return `${base}/rediger/tiltak/${target.split('/').at(-1)}`;
  if (target.includes('/goals/')) return `${base}/maal/${target.split('/').at(-1)}`;
  const field = target.split('/').at(-1) ?? '';
  if (/participants|coordinator/.test(target)) return `${base}/gruppa`;
  if (/consents/.test(target)) return `${base}/deling`;
  if (/evaluations/.test(target)) return `${base}/moter`;
  if (/goals/.test(target)) return `${base}/maal/nytt`;
  if (/activities/.test(target)) return `${base}/rediger/tiltak`;
  return `${base}/rediger#${field}`;
}

export function Checker({ at: { plan, base } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const query = useQuery({ queryKey: ['check', plan.name, plan.etag], queryFn: () => plans.checkPlan({ name: plan.name }) });
  return (
    <Panel title={t.edit.checker} intro={t.edit.checkerText}>
      <Load query={query}>
        {({ findings, ruleSet }) => (
          <>
            {findings.length === 0 && <Paragraph>✓ {t.edit.complete}</Paragraph>}
            <ul className="lines">
              {findings.map(({ rule, letter, severity, text, target }) => (
                <li key={rule + target}>
                  <div>
                    <Tag data-size="sm" data-color={severity === Severity.BLOCKING ? 'danger' : 'neutral'}>
                      {severity === Severity.BLOCKING ? `! ${t.edit.must}` : t.edit.should}
                    </Tag>{' '}
                    <span className="quiet">§ 19 {letter}</span>
                    <div>{text?.[language]}</div>
                    {target && (
                      <Link asChild><RouterLink to={placeOf(target, base)} aria-label={`${t.edit.mend}: ${text?.[language] ?? ''}`}>{t.edit.mend}</RouterLink></Link>
                    )}
                  </div>
                </li>
              ))}
            </ul>
            <Paragraph className="quiet">{t.edit.ruleSet(formatDay(fromInput(ruleSet), language) || ruleSet)}</Paragraph>
          </>
        )}
      </Load>
    </Panel>
  );
}
