// Figures of the unit: how many, how long, from whom, with what outcome; and what was wanted against granted.
import { Paragraph } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';

import { plans } from '../../api/clients';
import { referrals } from '../../api/notices';
import { NeedNotice_State as State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { addDays, fromInput, monthName, toInput, today } from '../../shared/dates';
import { TextInput } from '../../shared/form';
import { type Series, Stacked } from '../../shared/charts';
import { Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import { Figure } from './queue';

// States of a notice as a reader of figures thinks of them.
const OUTCOMES: State[][] = [
  [State.SUBMITTED], [State.IN_TRIAGE, State.AWAITING_INFO], [State.ACCEPTED, State.CLOSED_DONE], [State.REJECTED_NOT_ELIGIBLE],
  [State.DECLINED_BY_USER, State.WITHDRAWN], [State.FORWARDED, State.MERGED, State.ENTERED_IN_ERROR],
];

export function StatisticsView() {
  const { t, language } = useLanguage();
  const unit = `units/${useParams().unit}`;
  const [from, setFrom] = useState(toInput(addDays(today(), -365)));
  const [to, setTo] = useState(toInput(today()));
  const query = useQuery({
    queryKey: ['statistics', unit, from, to],
    queryFn: () => referrals.getQueueStatistics({ unit, period: { startDate: fromInput(from), endDate: fromInput(to) } }),
    enabled: Boolean(fromInput(from) && fromInput(to)),
  });
  return (
    <Page title={t.nav.statistics} lead={t.statistics.lead}>
      <div className="beside narrow">
        <TextInput label={t.statistics.from} type="date" value={from} set={setFrom} />
        <TextInput label={t.statistics.to} type="date" value={to} set={setTo} />
      </div>
      <Load query={query}>
        {(data) => {
          const sources = [...new Set(data.sourceOutcomes.map(({ source }) => source))].sort((a, b) => a - b);
          const series: Series[] = OUTCOMES.map((states, i) => ({
            name: t.statistics.outcomes[i]!,
            values: sources.map((source) => data.sourceOutcomes
              .filter((each) => each.source === source && states.includes(each.state))
              .reduce((sum, { noticeCount }) => sum + noticeCount, 0)),
          })).filter(({ values }) => values.some((value) => value > 0));
          const seconds = data.medianTimeToCoordinator?.seconds;
          return (
            <>
              <div className="tiles figures">
                <Figure name={t.statistics.open} value={data.openCount} />
                <Figure name={t.statistics.overdue} value={data.overdueCount} alarm={data.overdueCount > 0} />
                <Figure name={t.queue.median} value={seconds === undefined ? '–' : t.days(Math.round(Number(seconds) / 86_400))} />
              </div>
              <Panel title={t.statistics.byMonth}>
                <Stacked label={t.statistics.byMonth} groups={data.months.map(({ month }) => (month ? `${monthName(month, language)} ${month.year}` : ''))} head={t.statistics.month} series={[
                  { name: t.statistics.inTime, values: data.months.map(({ submittedCount, overDeadlineCount }) => submittedCount - overDeadlineCount) },
                  { name: t.statistics.overdue, values: data.months.map(({ overDeadlineCount }) => overDeadlineCount) },
                ]} />
              </Panel>
              <Panel title={t.statistics.bySource}>
                <Stacked label={t.statistics.bySource} groups={sources.map((source) => t.sources[source])} series={series} />
              </Panel>
            </>
          );
        }}
      </Load>
      <Gaps unit={unit} />
    </Page>
  );
}

function Gaps({ unit }: { unit: string }) {
  const { t } = useLanguage();
  const query = useQuery({ queryKey: ['gaps', unit], queryFn: () => plans.getGapStatistics({ unit }), retry: false });
  return (
    <Panel title={t.statistics.gaps} intro={t.statistics.gapsText}>
      <Load query={query}>
        {({ cells, suppressedCellCount }) => {
          const areas = [...new Set(cells.map(({ lifeArea }) => lifeArea))].sort((a, b) => a - b);
          const decisions = [...new Set(cells.map(({ decision }) => decision))].sort((a, b) => a - b);
          return (
            <>
              {(cells.length > 0 || suppressedCellCount === 0) && <Stacked label={t.statistics.gaps} groups={areas.map((area) => t.areas[area])} series={decisions.map((decision) => ({
                name: t.decisions[decision],
                values: areas.map((area) => cells.find((cell) => cell.lifeArea === area && cell.decision === decision)?.activityCount ?? 0),
              }))} head={t.goal.area} />}
              {suppressedCellCount > 0 && <Paragraph className="quiet">{t.statistics.suppressed(suppressedCellCount)}</Paragraph>}
            </>
          );
        }}
      </Load>
    </Panel>
  );
}
