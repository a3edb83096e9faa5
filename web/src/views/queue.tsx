import { Button, Heading, Paragraph, Table, Tag } from '@digdir/designsystemet-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from 'react-router';

import { referrals } from '../api';
import { daysSince, formatDate } from '../dates';
import { Clock_Signal } from '../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../i18n/language';
import { Problem } from '../problem';
import { useTitle } from '../titles';

const colours = {
  [Clock_Signal.SIGNAL_UNSPECIFIED]: 'neutral',
  [Clock_Signal.GREEN]: 'success',
  [Clock_Signal.AMBER]: 'warning',
  [Clock_Signal.RED]: 'danger',
} as const;

export function QueueView() {
  const { t, language } = useLanguage();
  const unit = `units/${useParams().unit}`;
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['queue', unit],
    queryFn: () => referrals.listQueue({ unit }),
    refetchInterval: 10_000,
  });
  const take = useMutation({
    mutationFn: () => referrals.takeNextNotice({ unit, requestId: crypto.randomUUID() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['queue', unit] }),
  });
  useTitle(t.queue);
  if (error) return <Problem error={error} retry={refetch} />;
  return (
    <>
      <Heading level={1}>{t.queue}</Heading>
      <Button onClick={() => take.mutate()} disabled={take.isPending}>{t.takeNext}</Button>
      {take.error && <Problem error={take.error} />}
      {data?.items.length === 0 && <Paragraph>{t.queueEmpty}</Paragraph>}
      <div className="scroll" tabIndex={0} role="region" aria-label={t.queue}>
        <Table>
          <thead>
            <tr>
              {[t.person, t.waiting, t.deadline, t.status, t.assignee].map((head) => <th key={head} scope="col">{head}</th>)}
            </tr>
          </thead>
          <tbody>
            {data?.items.map((item) => (
              <tr key={item.name}>
                <th scope="row">{item.subjectDisplayName}</th>
                <td>{daysSince(item.clock?.startTime)} d</td>
                <td>
                  <Tag data-color={colours[item.clock?.signal ?? Clock_Signal.SIGNAL_UNSPECIFIED]}>
                    {formatDate(item.clock?.deadlineDate, language)}
                  </Tag>
                </td>
                <td>{t.noticeStates[item.state]}</td>
                <td>{item.assigneeDisplayName}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
    </>
  );
}
