// The intake queue, live: what waits, how pressing it is, and who has it.
import { Badge, Button, Link, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link as RouterLink, useNavigate, useParams } from 'react-router';

import { referrals } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { Acceptance_Step, Clock_Signal, NeedNotice_State as State, NeedNotice_Urgency } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import type { QueueItem } from '../../gen/individuellplan/referral/v1/referral_service_pb';
import { useLanguage } from '../../i18n/language';
import { daysSince } from '../../shared/dates';
import { Do } from '../../shared/form';
import { Empty, Page } from '../../shared/page';
import { Loading, Problem } from '../../shared/state';
import { noticeColour } from '../notice/my-notices';
import { ClockBar } from './clock-bar';
import { byPressure, useLiveQueue } from './watch-queue';

// A case that is decided stands here for a complaint alone: its clock has stopped.
const runs = ({ state }: QueueItem) => state !== State.REJECTED_NOT_ELIGIBLE;
const isRed = (item: QueueItem) => runs(item) && item.clock?.signal === Clock_Signal.RED;

type Show = 'all' | 'untaken' | 'mine' | 'waiting' | 'late';

export function QueueView() {
  const { t } = useLanguage();
  const unit = `units/${useParams().unit}`;
  const { person, role } = useSession();
  const navigate = useNavigate();
  const live = useLiveQueue(unit);
  const [show, setShow] = useState<Show>('all');
  const take = useCommand((_: void, requestId) => referrals.takeNextNotice({ unit, requestId }), ({ name }) => navigate(pageOf(name)));
  const items = [...live.items].sort(byPressure);
  const kinds: Record<Show, (item: QueueItem) => boolean> = {
    all: () => true,
    untaken: ({ state }) => state === State.SUBMITTED,
    mine: ({ assignee }) => assignee === person,
    waiting: ({ state }) => state === State.AWAITING_INFO || state === State.ACCEPTED,
    late: (item) => runs(item) && (item.clock?.signal === Clock_Signal.RED || item.clock?.signal === Clock_Signal.AMBER),
  };
  const untaken = items.filter(kinds.untaken);
  return (
    <Page title={t.queue.title} actions={(
      <>
        {role === 'CASE_WORKER' && <Do command={take} act={() => take.send()} variant="primary">{t.queue.takeNext}</Do>}
        <Button asChild variant="secondary"><RouterLink to="../saksliste" relative="path">{t.agenda.title}</RouterLink></Button>
      </>
    )}>
      {live.error ? <Problem error={live.error} /> : null}
      {!live.complete && !live.error ? <Loading /> : (
        <>
          <div className="tiles figures">
            <Figure name={t.queue.untaken} value={untaken.length} />
            <Figure name={t.queue.oldest} value={untaken.length > 0 ? t.days(Math.max(...untaken.map(({ clock }) => daysSince(clock?.startTime)))) : '–'} />
            <Figure name={t.queue.pressing} value={items.filter(kinds.late).length} alarm={items.some(isRed)} />
            <MedianTime unit={unit} />
          </div>
          <div className="filter" role="group" aria-label={t.queue.show}>
            {(Object.keys(kinds) as Show[]).map((kind) => (
              <button key={kind} type="button" aria-pressed={show === kind} onClick={() => setShow(kind)}>
                {t.queue.kinds[kind]} <Badge count={items.filter(kinds[kind]).length} maxCount={999} data-size="sm" data-color="neutral" />
              </button>
            ))}
          </div>
          <div role="status" className="for-ears">{live.fresh.size > 0 ? t.queue.changed : ''}</div>
          <ul className="cards queue">
            {items.filter(kinds[show]).map((item) => <Item key={item.name} item={item} fresh={live.fresh.has(item.name)} />)}
          </ul>
          {items.filter(kinds[show]).length === 0 && <Empty>{show === 'all' ? t.queue.empty : t.queue.noneHere}</Empty>}
        </>
      )}
    </Page>
  );
}

export function Figure({ name, value, alarm }: { name: string; value: string | number; alarm?: boolean }) {
  return <div className="panel figure" data-alarm={alarm}><span>{name}</span><strong>{alarm && <span aria-hidden>! </span>}{value}</strong></div>;
}

function MedianTime({ unit }: { unit: string }) {
  const { t } = useLanguage();
  const { data } = useQuery({ queryKey: ['statistics', unit], queryFn: () => referrals.getQueueStatistics({ unit }) });
  const seconds = data?.medianTimeToCoordinator?.seconds;
  return <Figure name={t.queue.median} value={seconds === undefined ? '–' : t.days(Math.round(Number(seconds) / 86_400))} />;
}

function Item({ item, fresh }: { item: QueueItem; fresh: boolean }) {
  const { t } = useLanguage();
  const { person, displayName, role } = useSession();
  const assign = useCommand((_: void, requestId) => referrals.assignNotice({
    name: item.name, etag: item.etag, assignee: person, assigneeDisplayName: displayName, requestId,
  }));
  return (
    <li className="card" data-fresh={fresh} data-alarm={isRed(item)}>
      <div className="card-head">
        <Link asChild><RouterLink to={pageOf(item.name)}>{item.subjectDisplayName}</RouterLink></Link>
        <span>
          {item.urgency === NeedNotice_Urgency.URGENT && <Tag data-size="sm" data-color="danger">! {t.queue.urgent}</Tag>}{' '}
          {item.openComplaint && <Tag data-size="sm" data-color="warning">! {t.queue.complaint}</Tag>}{' '}
          {item.acceptanceStep === Acceptance_Step.COORDINATOR_DECLINED && <Tag data-size="sm" data-color="warning">! {t.cases.steps[5]}</Tag>}{' '}
          {item.possibleDuplicate && <Tag data-size="sm" data-color="warning">{t.queue.duplicate}</Tag>}{' '}
          <Tag data-size="sm" data-color={noticeColour(item.state)}>{t.noticeStates[item.state]}</Tag>
        </span>
      </div>
      <div className="quiet">{t.outcomes[item.requestedOutcome]} · {t.sources[item.source]}</div>
      <div className="queue-foot">
        {runs(item) && <><span>{t.queue.waited(daysSince(item.clock?.startTime))}</span><ClockBar clock={item.clock} /></>}
        <span className="quiet">{item.assigneeDisplayName ? t.queue.has(item.assigneeDisplayName) : t.queue.nobodyHas}</span>
        {role === 'CASE_WORKER' && item.state === State.SUBMITTED && (
          <Do command={assign} act={() => assign.send()} variant="tertiary">{t.queue.takeThis}</Do>
        )}
        <Button asChild variant="secondary" data-size="sm" className="wide-only"><RouterLink to={pageOf(item.name)} aria-label={`${t.open} ${item.subjectDisplayName}`}>{t.open}</RouterLink></Button>
      </div>
    </li>
  );
}
