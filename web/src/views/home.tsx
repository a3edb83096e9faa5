// Where each lands after login: those with one plan in it, others where their work waits.
import { Button, Link, Paragraph } from '@digdir/designsystemet-react';
import { Link as RouterLink, Navigate } from 'react-router';

import { usePlans } from '../api/queries';
import { pageOf } from '../api/resources';
import { useSession } from '../app/session';
import type { PlanSummary } from '../gen/individuellplan/plan/v1/plan_service_pb';
import { useLanguage } from '../i18n/language';
import { Page, Panel } from '../shared/page';
import { Load } from '../shared/state';
import { PlanCards } from './helper/plan-cards';
import { WaitingList } from './person/inbox';

export function Home() {
  const { role, unit } = useSession();
  if ((role === 'CASE_WORKER' || role === 'UNIT_LEADER') && unit) return <Navigate replace to={`/enheter/${unit.replace('units/', '')}/ko`} />;
  if (role === 'CITIZEN') return <CitizenHome />;
  if (role === 'PRACTITIONER') return <PractitionerHome />;
  return <Navigate replace to="/varsler" />;
}

function CitizenHome() {
  const { t } = useLanguage();
  const query = usePlans();
  return (
    <Load query={query}>
      {(plans) => {
        if (plans.length === 1) return <Navigate replace to={pageOf(plans[0]!.name)} />;
        return plans.length === 0 ? <NoPlan /> : (
          <Page title={t.home.yourPlans}><WaitingList /><PlanCards plans={plans} /></Page>
        );
      }}
    </Load>
  );
}

function NoPlan() {
  const { t } = useLanguage();
  return (
    <Page title={t.home.noPlanTitle} lead={t.home.noPlanLead}>
      <Panel title={t.home.whatIsIt}>
        <Paragraph>{t.home.whatIsItText}</Paragraph>
        <Paragraph>{t.home.yourRight}</Paragraph>
        <div className="buttons"><Button asChild data-size="lg"><RouterLink to="/meld">{t.home.ask}</RouterLink></Button></div>
        <Paragraph><Link asChild><RouterLink to="/meldinger">{t.home.seeNotices}</RouterLink></Link></Paragraph>
      </Panel>
      <WaitingList />
    </Page>
  );
}

function PractitionerHome() {
  const { t } = useLanguage();
  const query = usePlans('', 'attention');
  return (
    <Page title={t.home.hello} actions={<Button asChild><RouterLink to="/meld">{t.nav.notify}</RouterLink></Button>}>
      <Load query={query}>
        {(plans: PlanSummary[]) => (
          <Panel title={t.home.plansByAttention} intro={plans.length > 1 && t.home.plansLead} actions={<Link asChild><RouterLink to="/mine-tiltak">{t.nav.myActivities}</RouterLink></Link>}>
            <PlanCards plans={plans} />
          </Panel>
        )}
      </Load>
      <WaitingList />
    </Page>
  );
}
