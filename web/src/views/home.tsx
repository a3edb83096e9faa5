import { Card, Heading, Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';

import { notifications, plans } from '../api';
import { formatDate } from '../dates';
import { useLanguage } from '../i18n/language';
import { Problem } from '../problem';
import { pageOf } from '../resources';
import { useSession } from '../session';
import { useTitle } from '../titles';

export function Home() {
  const { t } = useLanguage();
  const session = useSession();
  useTitle(t.appName);
  return (
    <>
      <Heading level={1}>{t.appName}</Heading>
      {session.unit && (
        <Paragraph>
          <Link asChild>
            <RouterLink to={`/enheter/${session.unit.replace('units/', '')}/ko`}>{t.queue}</RouterLink>
          </Link>
        </Paragraph>
      )}
      <Waiting />
      <Plans />
    </>
  );
}

function Waiting() {
  const { t, language } = useLanguage();
  const { data, error, refetch } = useQuery({
    queryKey: ['notifications'],
    queryFn: () => notifications.listMyNotifications({ pageSize: 50, unseenOnly: true }),
  });
  // One duty may have been reminded of several times; it waits once.
  const waiting = new Map(data?.notifications.map((item) => [item.obligation, item]));
  return (
    <section aria-labelledby="waiting">
      <Heading level={2} id="waiting">{t.waitsForYou}</Heading>
      {error && <Problem error={error} retry={refetch} />}
      {data && waiting.size === 0 && <Paragraph>{t.nothingWaits}</Paragraph>}
      <ul className="cards">
        {[...waiting.values()].map((item) => (
          <li key={item.name}>
            <Card data-color="warning">
              <Link asChild>
                <RouterLink to={pageOf(item.obligation)}>{t.obligations[item.kind]}</RouterLink>
              </Link>
              {item.dueDate && <Paragraph>{t.dueOn}: {formatDate(item.dueDate, language)}</Paragraph>}
            </Card>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Plans() {
  const { t, language } = useLanguage();
  const { data, error, refetch } = useQuery({ queryKey: ['plans'], queryFn: () => plans.listPlans({}) });
  return (
    <section aria-labelledby="plans">
      <Heading level={2} id="plans">{t.plans}</Heading>
      {error && <Problem error={error} retry={refetch} />}
      {data?.plans.length === 0 && <Paragraph>{t.noPlans}</Paragraph>}
      <ul className="cards">
        {data?.plans.map((plan) => (
          <li key={plan.name}>
            <Card>
              <Link asChild>
                <RouterLink to={pageOf(plan.name)}>
                  {plan.subjectDisplayName ? `${t.planOf} ${plan.subjectDisplayName}` : t.plans}
                </RouterLink>
              </Link>
              <Paragraph>
                <Tag data-size="sm">{t.planStates[plan.state]}</Tag>{' '}
                {t.nextEvaluation}: {formatDate(plan.nextEvaluationDate, language) || t.noDate}
              </Paragraph>
            </Card>
          </li>
        ))}
      </ul>
    </section>
  );
}
