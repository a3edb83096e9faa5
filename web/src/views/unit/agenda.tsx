// What the unit's meeting should treat, most pressing first, by why it stands there.
import { Link } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link as RouterLink, useParams } from 'react-router';

import { referrals } from '../../api/notices';
import { pageOf } from '../../api/resources';
import { useLanguage } from '../../i18n/language';
import { addDays, fromInput, toInput, today } from '../../shared/dates';
import { TextInput } from '../../shared/form';
import { Empty, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import { ClockBar } from './clock-bar';

export function Agenda() {
  const { t } = useLanguage();
  const { unit: id } = useParams();
  const unit = `units/${id}`;
  const [day, setDay] = useState(toInput(today()));
  const [next, setNext] = useState(toInput(addDays(today(), 14)));
  const query = useQuery({
    queryKey: ['agenda', unit, day, next],
    queryFn: async () => (await referrals.getMeetingAgenda({ unit, meetingDate: fromInput(day), nextMeetingDate: fromInput(next) })).items,
    enabled: Boolean(fromInput(day) && fromInput(next)),
  });
  return (
    <Page title={t.agenda.title} lead={t.agenda.lead} back={{ to: `/enheter/${id}/ko`, text: t.queue.title }}>
      <div className="beside narrow">
        <TextInput label={t.agenda.day} type="date" value={day} set={setDay} />
        <TextInput label={t.agenda.next} type="date" value={next} set={setNext} />
      </div>
      <Load query={query}>
        {(items) => (
          <>
            {items.length === 0 && <Empty>{t.queue.empty}</Empty>}
            {[...new Set(items.map(({ reason }) => reason))].map((reason) => (
              <Panel key={reason} title={t.agenda.reasons[reason]}>
                <ol className="lines">
                  {items.filter((each) => each.reason === reason).map(({ item }) => item && (
                    <li key={item.name}>
                      <div>
                        <Link asChild><RouterLink to={pageOf(item.name)}>{item.subjectDisplayName}</RouterLink></Link>
                        <div className="quiet">{[t.noticeStates[item.state], item.assigneeDisplayName].filter(Boolean).join(' · ')}</div>
                        <ClockBar clock={item.clock} />
                      </div>
                    </li>
                  ))}
                </ol>
              </Panel>
            ))}
          </>
        )}
      </Load>
    </Page>
  );
}
