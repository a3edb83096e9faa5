import { Link } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { useLanguage } from '../../i18n/language';
import { Panel } from '../../shared/page';
import { isOwners, ownerName } from '../../shared/plan/model';
import type { InPlan } from './frame';

// Who acts for the owner: a way to their own page.
export function Representatives({ at: { plan, role, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const owner = role === 'owner';
  return (
    <Panel title={owner ? t.sharing.representatives : t.sharing.representativesOf(ownerName(plan))} intro={owner ? t.sharing.representativesText : t.sharing.representativesOfText}>
      <Link asChild><RouterLink to={`${base}/representasjon`}>{isOwners(role) ? t.sharing.toRepresentatives : t.sharing.seeRepresentatives}</RouterLink></Link>
    </Panel>
  );
}
