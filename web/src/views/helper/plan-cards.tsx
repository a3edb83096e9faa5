import { Link, Tag } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { pageOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import type { PlanSummary } from '../../gen/individuellplan/plan/v1/plan_service_pb';
import { useLanguage, wordFor } from '../../i18n/language';
import { daysUntil, formatDay } from '../../shared/dates';
import { Empty } from '../../shared/page';
import { PlanStateTag } from '../../shared/plan/tags';

// Plans one takes part in: whose, what presses, and when the next meeting is.
export function PlanCards({ plans }: { plans: PlanSummary[] }) {
  const { t, language } = useLanguage();
  const { person } = useSession();
  if (plans.length === 0) return <Empty>{t.home.noPlans}</Empty>;
  return (
    <ul className="cards">
      {plans.map((plan) => (
        <li key={plan.name} className="card" data-alarm={plan.alarms.length > 0}>
          <div className="card-head">
            <Link asChild><RouterLink to={pageOf(plan.name)}>{plan.subjectDisplayName ? t.plan.planOf(plan.subjectDisplayName) : t.plan.title}</RouterLink></Link>
            {plan.coordinator === person && <Tag data-size="sm" data-color="success"><span aria-hidden>★ </span>{t.home.youCoordinate}</Tag>}
          </div>
          <div className="line-tags">
            {plan.state !== CarePlan_State.ACTIVE && <PlanStateTag state={plan.state} />}
            {plan.alarms.map((alarm) => <Tag key={alarm} data-size="sm" data-color="warning"><span aria-hidden>! </span>{wordFor(t.alarms, alarm)}</Tag>)}
          </div>
          <div className="quiet">
            {t.plan.nextMeeting}: {formatDay(plan.nextEvaluationDate, language) || t.noDate}
            {plan.nextEvaluationDate && ` (${daysUntil(plan.nextEvaluationDate) < 0 ? t.daysOver(-daysUntil(plan.nextEvaluationDate)) : t.plan.inDays(daysUntil(plan.nextEvaluationDate))})`}
          </div>
        </li>
      ))}
    </ul>
  );
}
