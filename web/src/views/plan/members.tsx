import { Link } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { Empty } from '../../shared/page';
import { membersOf } from '../../shared/plan/network';

// The group in words: what the network shows, and how to reach each.
export function MemberList({ plan, base }: { plan: CarePlan; base: string }) {
  const { t } = useLanguage();
  const members = membersOf(plan);
  if (members.length === 0) return <Empty>{t.plan.noGroup}</Empty>;
  return (
    <>
      <ul className="lines narrow-only">
        {members.map(({ person, coordinator, count }) => (
          <li key={person.name}>
            <div>
              <strong>{coordinator && <span aria-hidden>★ </span>}{person.displayName}</strong>
              <div className="quiet">
                {[coordinator ? t.plan.coordinator : '', person.roleTitle, person.organizationDisplayName.split(',')[0],
                  count > 0 ? t.plan.activityCount(count) : ''].filter(Boolean).join(' · ')}
              </div>
            </div>
          </li>
        ))}
      </ul>
      <p><Link asChild><RouterLink to={`${base}/gruppa`}>{t.plan.seeGroup}</RouterLink></Link></p>
    </>
  );
}
