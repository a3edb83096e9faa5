import { Link } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { usePlans } from '../../api/queries';
import { useLanguage } from '../../i18n/language';
import { Pick } from '../../shared/form';
import { Page } from '../../shared/page';
import { Load } from '../../shared/state';
import { PlanCards } from './plan-cards';

// All plans one takes part in, those that need attention first; as coordinator or as one of the group.
export function PlansView() {
  const { t } = useLanguage();
  const [filter, setFilter] = useState('');
  const query = usePlans(filter, 'attention');
  return (
    <Page title={t.nav.plans} lead={t.home.plansLead}>
      <Pick label={t.home.show} value={filter} set={setFilter} options={[
        { value: '', text: t.home.allPlans },
        { value: 'role = "COORDINATOR"', text: t.home.asCoordinator },
        { value: 'role = "PARTICIPANT"', text: t.home.asParticipant },
        { value: 'alarm = "EVALUATION_OVERDUE"', text: t.alarms[2] },
        { value: 'alarm = "UNANSWERED_REQUEST"', text: t.alarms[5] },
        { value: 'alarm = "INCOMPLETE"', text: t.alarms[4] },
        { value: 'alarm = "CONSENT_EXPIRING"', text: t.alarms[3] },
      ]} />
      <Load query={query}>{(plans) => <PlanCards plans={plans} />}</Load>
      <p><Link asChild><RouterLink to="/nodtilgang">{t.emergency.open}</RouterLink></Link></p>
    </Page>
  );
}
