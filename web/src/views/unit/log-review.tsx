// The leader's control of look-ups: choose a plan, see who has looked and why. The control is logged itself.
import { Link, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link as RouterLink, useParams } from 'react-router';

import { usePlan, usePlans } from '../../api/queries';
import { idOf } from '../../api/resources';
import { useLanguage } from '../../i18n/language';
import { TextInput } from '../../shared/form';
import { Empty, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import { AccessLog } from '../plan/access-log';
import { Emergencies } from '../plan/emergencies';

export function LogReview() {
  const { t } = useLanguage();
  const { unit } = useParams();
  const query = usePlans();
  const [search, setSearch] = useState('');
  return (
    <Page title={t.nav.logReview} lead={t.followUp.logLead}>
      <TextInput label={t.followUp.find} value={search} set={setSearch} required={false} />
      <Panel title={t.nav.plans}>
        <Load query={query}>
          {(plans) => {
            const found = plans.filter(({ subjectDisplayName }) => subjectDisplayName.toLowerCase().includes(search.toLowerCase()));
            return found.length === 0 ? <Empty>{t.followUp.noneFound}</Empty> : (
              <ul className="lines">
                {found.map((plan) => (
                  <li key={plan.name}>
                    <div>
                      <Link asChild><RouterLink to={`/enheter/${unit}/innsyn/${idOf(plan.name)}`}>{plan.subjectDisplayName || t.followUp.aPlan}</RouterLink></Link>
                      <div className="quiet">{t.plan.coordinator}: {plan.coordinatorDisplayName || t.load.nobody}</div>
                    </div>
                  </li>
                ))}
              </ul>
            );
          }}
        </Load>
      </Panel>
    </Page>
  );
}

export function LogOfPlan() {
  const { t } = useLanguage();
  const { unit, plan: id } = useParams();
  const query = usePlan(id);
  return (
    <Page title={t.nav.logReview} heading={query.data && t.plan.planOf(query.data.subject?.displayName ?? '')} back={{ to: `/enheter/${unit}/innsyn`, text: t.nav.logReview }}>
      <Paragraph className="quiet">{t.followUp.logText}</Paragraph>
      <Load query={query}>{(plan) => <><Emergencies plan={plan} /><AccessLog plan={plan} parent={plan.name} mayAsk={false} /></>}</Load>
    </Page>
  );
}
