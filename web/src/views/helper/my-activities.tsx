// "Mine tiltak": what one has said yes to or is asked for, in all plans.
import { Link, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { pageOf } from '../../api/resources';
import { Activity_Commitment } from '../../gen/individuellplan/plan/v1/activity_pb';
import type { ListMyActivitiesResponse_Item as Item } from '../../gen/individuellplan/plan/v1/plan_service_pb';
import { useLanguage } from '../../i18n/language';
import { daysUntil, formatDay, formatPeriod } from '../../shared/dates';
import { Disclosure } from '../../shared/form';
import { Empty, Page, Panel } from '../../shared/page';
import { isOver } from '../../shared/plan/model';
import { StandingTag } from '../../shared/plan/tags';
import { Load } from '../../shared/state';
import { Report } from '../plan/activity';
import { AnswerActivity } from '../plan/answers';

export function MyActivities() {
  const { t } = useLanguage();
  const query = useQuery({ queryKey: ['my-activities'], queryFn: async () => (await plans.listMyActivities({ pageSize: 200 })).items });
  return (
    <Page title={t.nav.myActivities} lead={t.helper.lead}>
      <Load query={query}>
        {(items) => {
          const asked = items.filter(({ activity }) => activity?.commitment === Activity_Commitment.REQUESTED);
          const going = items.filter(({ activity }) => activity?.commitment === Activity_Commitment.ACCEPTED && !isOver(activity));
          const over = items.filter(({ activity }) => activity && isOver(activity));
          return (
            <>
              {asked.length > 0 && <Panel title={t.helper.asked(asked.length)} tone="attention"><List items={asked} /></Panel>}
              <Panel title={t.helper.going}>{going.length === 0 ? <Empty>{t.helper.nothing}</Empty> : <List items={going} />}</Panel>
              {over.length > 0 && <Disclosure text={t.helper.over(over.length)} variant="tertiary"><List items={over} /></Disclosure>}
            </>
          );
        }}
      </Load>
    </Page>
  );
}

function List({ items }: { items: Item[] }) {
  const { t, language } = useLanguage();
  return (
    <ul className="lines">
      {items.map(({ activity, plan, subjectDisplayName }) => activity && (
        <li key={activity.name} className="stacked">
          <div>
            <Link asChild><RouterLink to={pageOf(activity.name)}>{activity.title}</RouterLink></Link>{' '}
            <StandingTag activity={activity} />
            <div className="quiet">
              <Link asChild><RouterLink to={pageOf(plan)}>{subjectDisplayName || t.plan.title}</RouterLink></Link>
              {[activity.extent, formatPeriod(activity.period, language)].filter(Boolean).map((text) => ` · ${text}`).join('')}
            </div>
            {activity.commitment === Activity_Commitment.REQUESTED && activity.answerDueDate && (
              daysUntil(activity.answerDueDate) < 0
                ? <Tag data-size="sm" data-color="danger">{t.answers.answerBy(formatDay(activity.answerDueDate, language))}</Tag>
                : <div>{t.answers.answerBy(formatDay(activity.answerDueDate, language))}</div>
            )}
          </div>
          {activity.commitment === Activity_Commitment.REQUESTED && <AnswerActivity activity={activity} />}
          {activity.commitment === Activity_Commitment.ACCEPTED && !isOver(activity) && (
            <Disclosure text={t.activity.report}><Report activity={activity} /></Disclosure>
          )}
        </li>
      ))}
    </ul>
  );
}
