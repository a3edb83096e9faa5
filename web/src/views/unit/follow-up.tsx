// Plans of the unit that need somebody: vacancies first, then overdue evaluations and the rest. No content.
import { Link, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink, useParams } from 'react-router';

import { plans } from '../../api/clients';
import { usePlans } from '../../api/queries';
import { idOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { CarePlan_Alarm as Alarm } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage, wordFor } from '../../i18n/language';
import { daysUntil, formatDay } from '../../shared/dates';
import { Empty, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import { TakeOver } from './take-over';

const ORDER = [Alarm.EMERGENCY_REVIEW, Alarm.ACCESS_QUESTION, Alarm.COMPLAINT_OPEN, Alarm.NO_COORDINATOR, Alarm.HANDOVER_REQUESTED, Alarm.EVALUATION_OVERDUE, Alarm.UNANSWERED_REQUEST, Alarm.CONSENT_EXPIRING, Alarm.INCOMPLETE];

export function FollowUp() {
  const { t, language } = useLanguage();
  const unit = `units/${useParams().unit}`;
  const { role } = useSession();
  const alerts = useQuery({ queryKey: ['alerts', unit], queryFn: async () => (await plans.listUnitAlerts({ unit, pageSize: 200 })).alerts });
  const summaries = usePlans();
  const nameOf = (plan: string) => summaries.data?.find(({ name }) => name === plan)?.subjectDisplayName || t.followUp.aPlan;
  const coordinatorOf = (plan: string) => summaries.data?.find(({ name }) => name === plan)?.coordinatorDisplayName;
  return (
    <Page title={t.nav.followUp} lead={t.followUp.lead}>
      <Load query={alerts}>
        {(all) => (
          <>
            {all.length === 0 && <Empty>{t.followUp.none}</Empty>}
            {[...new Set([...ORDER, ...all.map(({ alarm }) => alarm)])].map((alarm) => {
              const found = all.filter((alert) => alert.alarm === alarm);
              if (found.length === 0) return null;
              return (
                <Panel key={alarm} title={`${wordFor(t.alarms, alarm)} (${found.length})`} tone={alarm === Alarm.NO_COORDINATOR ? 'attention' : 'plain'}>
                  <ul className="lines">
                    {found.map(({ plan, sinceDate }) => (
                      <li key={plan}>
                        <div>
                          <Link asChild><RouterLink to={`/enhet/planer/${idOf(plan)}`}>{nameOf(plan)}</RouterLink></Link>
                          <div className="quiet">{[coordinatorOf(plan) && `${t.plan.coordinator}: ${coordinatorOf(plan)}`, sinceDate && formatDay(sinceDate, language)].filter(Boolean).join(' · ')}</div>
                        </div>
                        {sinceDate && daysUntil(sinceDate) < 0 && <Tag data-size="sm" data-color={alarm <= Alarm.EVALUATION_OVERDUE ? 'danger' : 'warning'}>{t.followUp.since(-daysUntil(sinceDate))}</Tag>}
                      </li>
                    ))}
                  </ul>
                </Panel>
              );
            })}
          </>
        )}
      </Load>
      {role === 'CASE_WORKER' && <TakeOver unit={unit} />}
    </Page>
  );
}
