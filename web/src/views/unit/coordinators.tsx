// Who coordinates how many plans, and who among the case workers has how many cases.
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { referrals } from '../../api/notices';
import { usePlans } from '../../api/queries';
import { CarePlan_Alarm, CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { Bars } from '../../shared/charts';
import { Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';

const OPEN = [CarePlan_State.DRAFT, CarePlan_State.ACTIVE, CarePlan_State.ON_HOLD];

export function Coordinators() {
  const { t } = useLanguage();
  const unit = `units/${useParams().unit}`;
  const query = usePlans();
  const load = useQuery({ queryKey: ['statistics', unit], queryFn: () => referrals.getQueueStatistics({ unit }) });
  return (
    <Page title={t.nav.coordinators} lead={t.load.lead}>
      <Panel title={t.load.plans}>
        <Load query={query}>
          {(plans) => {
            const rows = new Map<string, { name: string; value: number; alarm: number }>();
            for (const plan of plans.filter(({ state }) => OPEN.includes(state))) {
              const key = plan.coordinator;
              const row = rows.get(key) ?? { name: key ? plan.coordinatorDisplayName : t.load.vacant, value: 0, alarm: 0 };
              row.value += 1;
              row.alarm += plan.alarms.includes(CarePlan_Alarm.EVALUATION_OVERDUE) ? 1 : 0;
              rows.set(key, row);
            }
            return <Bars label={t.load.plans} unit={t.load.planCount} rows={[...rows.values()].sort((a, b) => b.value - a.value)
              .map(({ name, value, alarm }) => ({ name, value, note: alarm > 0 ? t.load.overdue(alarm) : '' }))} />;
          }}
        </Load>
      </Panel>
      <Panel title={t.load.cases}>
        <Load query={load}>
          {({ loads }) => <Bars label={t.load.cases} unit={t.cases.openCases} rows={loads.map((each) => ({ name: each.assigneeDisplayName || t.queue.nobodyHas, value: each.openCount }))} />}
        </Load>
      </Panel>
    </Page>
  );
}
