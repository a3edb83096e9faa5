// What waits for the reader, and what they were told before.
import { Button, Link, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';

import { notifications } from '../../api/clients';
import { useCommand, useWaiting } from '../../api/queries';
import { dutyPage } from '../../api/resources';
import { useSession } from '../../app/session';
import type { Notification } from '../../gen/individuellplan/notification/v1/notification_service_pb';
import { useLanguage, wordFor } from '../../i18n/language';
import { daysUntil, formatDate, formatTimeDay } from '../../shared/dates';
import { Do } from '../../shared/form';
import { Empty, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';

export function Inbox() {
  const { t, language } = useLanguage();
  const session = useSession();
  const all = useQuery({
    queryKey: ['notifications', 'all'],
    queryFn: async () => (await notifications.listMyNotifications({ pageSize: 100 })).notifications,
  });
  return (
    <Page title={t.inbox.title} lead={t.inbox.lead} actions={<Button asChild variant="secondary"><RouterLink to="/varsler/innstillinger">{t.inbox.settings}</RouterLink></Button>}>
      <WaitingList always />
      <Panel title={t.inbox.before}>
        <Load query={all}>
          {(items) => {
            const seen = items.filter(({ acknowledgeTime, settled }) => acknowledgeTime || settled);
            return seen.length === 0 ? <Empty>{t.inbox.nothingBefore}</Empty> : (
              <ul className="lines">
                {seen.map((item) => (
                  <li key={item.name}>
                    <div>
                      <Link asChild><RouterLink to={dutyPage(item.obligation, session)}>{wordFor(t.obligations, item.kind)}</RouterLink></Link>
                      <div className="line-tags">
                        <span className="quiet">{formatTimeDay(item.createTime, language)}</span>
                        {item.settled && <Tag data-size="sm" data-color="success">{t.inbox.settled}</Tag>}
                      </div>
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

export function WaitingList({ always = false }: { always?: boolean }) {
  const { t } = useLanguage();
  const query = useWaiting();
  if (!always && !query.data?.length) return null;
  return (
    <Panel title={t.inbox.waiting} tone={query.data?.length ? 'attention' : 'plain'}>
      <Load query={query}>
        {(items) => (items.length === 0 ? <Empty>{t.inbox.nothingWaits}</Empty> : <ul className="lines">{items.map((item) => <Waiting key={item.name} item={item} />)}</ul>)}
      </Load>
    </Panel>
  );
}

function Waiting({ item }: { item: Notification }) {
  const { t, language } = useLanguage();
  const session = useSession();
  const seen = useCommand((_: void, requestId) => notifications.acknowledgeNotification({ name: item.name, requestId }));
  const days = item.dueDate && daysUntil(item.dueDate);
  return (
    <li>
      <div>
        <Link asChild><RouterLink to={dutyPage(item.obligation, session)}>{wordFor(t.obligations, item.kind)}</RouterLink></Link>
        {item.dueDate && days !== undefined && (
          <div className="line-tags">
            <span className="quiet capital">{formatDate(item.dueDate, language)}</span>
            <Tag data-size="sm" data-color={days < 0 ? 'warning' : 'neutral'}>{days < 0 ? t.inbox.past(-days) : t.daysLeft(days)}</Tag>
          </div>
        )}
      </div>
      <Do command={seen} act={() => seen.send()} variant="tertiary">{t.inbox.markSeen}</Do>
    </li>
  );
}
