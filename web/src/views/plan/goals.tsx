import { Link, Tag } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { pageOf } from '../../api/resources';
import { useLanguage } from '../../i18n/language';
import { Empty } from '../../shared/page';
import { activitiesOf, goalsOf, isOwners, wordsOf } from '../../shared/plan/model';
import type { InPlan } from './frame';

export function GoalList({ at: { plan, role } }: { at: InPlan }) {
  const { t } = useLanguage();
  const goals = goalsOf(plan);
  if (goals.length === 0) return <Empty>{isOwners(role) ? t.plan.noGoalsYet : t.plan.noGoals}</Empty>;
  return (
    <ol className="lines">
      {goals.map((goal, index) => (
        <li key={goal.name}>
          <span className="number" aria-hidden>{index + 1}</span>
          <div>
            <Link asChild><RouterLink to={pageOf(goal.name)}>«{wordsOf(goal)}»</RouterLink></Link>
            <div className="line-tags">
              <Tag data-size="sm" data-color="neutral">{t.areas[goal.lifeArea]}</Tag>
              {goal.achievement > 0 && <Tag data-size="sm" data-color="info">{t.achievements[goal.achievement]}</Tag>}
              <span className="quiet">{t.plan.activityCount(activitiesOf(plan, goal).length)}</span>
            </div>
          </div>
        </li>
      ))}
    </ol>
  );
}
