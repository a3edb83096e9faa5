// What happens when: goals, their activities as bars, meetings as diamonds, and a line for today. The bars are
// a picture of what stands in words beside them, so they are hidden from those who listen. On a narrow screen
// there is a list instead.
import { Link } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { pageOf } from '../../api/resources';
import type { Activity } from '../../gen/individuellplan/plan/v1/activity_pb';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { Evaluation_State } from '../../gen/individuellplan/plan/v1/evaluation_pb';
import type { Goal } from '../../gen/individuellplan/plan/v1/goal_pb';
import { useLanguage } from '../../i18n/language';
import { dayNumber, formatPeriod, formatShort, monthName, today } from '../dates';
import { activitiesOf, goalsOf, participantOf, standingOf, wordsOf } from './model';
import { signs, StandingTag } from './tags';

interface Span {
  from: number;
  to: number;
}

// From the month of the first date to the month after the last.
function spanOf(plan: CarePlan): Span {
  const dates = [today(), ...plan.activities.flatMap(({ period }) => [period?.startDate, period?.endDate]),
    ...plan.evaluations.map(({ dueDate }) => dueDate)].filter((date) => date !== undefined);
  const numbers = dates.map(dayNumber);
  const now = dayNumber(today());
  const first = new Date(Math.max(Math.min(...numbers), now - 200) * 86_400_000);
  const last = new Date(Math.min(Math.max(...numbers), now + 300) * 86_400_000);
  return {
    from: Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1) / 86_400_000,
    to: Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1) / 86_400_000,
  };
}

const place = (span: Span, day: number) => Math.min(100, Math.max(0, ((day - span.from) / (span.to - span.from)) * 100));

function monthsOf(span: Span): { year: number; month: number; day: number }[] {
  const months = [];
  const at = new Date(span.from * 86_400_000);
  while (at.getTime() / 86_400_000 < span.to) {
    months.push({ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: 1 });
    at.setUTCMonth(at.getUTCMonth() + 1);
  }
  return months;
}

export function Timeline({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const span = spanOf(plan);
  const goals = goalsOf(plan).filter((goal) => activitiesOf(plan, goal).length > 0);
  const loose = activitiesOf(plan).filter((activity) => !goals.some(({ name }) => activity.goals.includes(name)));
  return (
    <div className="timeline">
      <Axis span={span} />
      <Meetings plan={plan} span={span} />
      {goals.map((goal, index) => <GoalRows key={goal.name} plan={plan} goal={goal} number={index + 1} span={span} />)}
      {loose.length > 0 && (
        <ol className="timeline-rows" aria-label={t.plan.otherActivities}>
          {loose.map((activity) => <Row key={activity.name} plan={plan} activity={activity} span={span} />)}
        </ol>
      )}
      <Legend />
    </div>
  );
}

function Axis({ span }: { span: Span }) {
  const { t, language } = useLanguage();
  const months = monthsOf(span);
  const every = Math.ceil(months.length / 10);
  const now = place(span, dayNumber(today()));
  return (
    <div className="timeline-axis" aria-hidden>
      <div className="timeline-track">
        {months.map((month, i) => (
          <span key={i} className="timeline-month" style={{ left: `${place(span, dayNumber(month))}%` }}>
            {i % every === 0 && Math.abs(place(span, dayNumber(month)) + 2 - now) > 4.5 && (month.month === 1 ? `${monthName(month, language)} ${month.year}` : monthName(month, language))}
          </span>
        ))}
        <span className="timeline-today-label" style={{ left: `${now}%` }}>{t.today}</span>
      </div>
    </div>
  );
}

function Today({ span }: { span: Span }) {
  return <span className="timeline-today" style={{ left: `${place(span, dayNumber(today()))}%` }} />;
}

function Meetings({ plan, span }: { plan: CarePlan; span: Span }) {
  const { t, language } = useLanguage();
  const shown = plan.evaluations.filter(({ state, dueDate }) => dueDate
    && state !== Evaluation_State.RESCHEDULED && state !== Evaluation_State.CANCELLED);
  if (shown.length === 0) return null;
  return (
    <div className="timeline-row timeline-meetings">
      <div className="timeline-what">
        <span className="timeline-title"><span aria-hidden className="diamond">◆</span> {t.plan.meetings}</span>
        <ul className="inline-list">
          {shown.map(({ name, dueDate, heldDate }) => (
            <li key={name}>
              <Link asChild><RouterLink to={pageOf(name)}>{formatShort(heldDate ?? dueDate, language)}</RouterLink></Link>
            </li>
          ))}
        </ul>
      </div>
      <div className="timeline-track" aria-hidden>
        <Today span={span} />
        {shown.map(({ name, state, dueDate, heldDate }) => (
          <span
            key={name} className="timeline-meeting" data-held={state !== Evaluation_State.PLANNED}
            style={{ left: `${place(span, dayNumber(heldDate ?? dueDate!))}%` }}
          >◆</span>
        ))}
      </div>
    </div>
  );
}

function GoalRows({ plan, goal, number, span }: { plan: CarePlan; goal: Goal; number: number; span: Span }) {
  return (
    <section className="timeline-goal" aria-labelledby={`goal-${number}`}>
      <h3 id={`goal-${number}`}>
        <span className="number" aria-hidden>{number}</span>
        <Link asChild><RouterLink to={pageOf(goal.name)}>«{wordsOf(goal)}»</RouterLink></Link>
      </h3>
      <ol className="timeline-rows">
        {activitiesOf(plan, goal).map((activity) => <Row key={activity.name} plan={plan} activity={activity} span={span} />)}
      </ol>
    </section>
  );
}

function Row({ plan, activity, span }: { plan: CarePlan; activity: Activity; span: Span }) {
  const { t, language } = useLanguage();
  const responsible = participantOf(plan, activity.responsible);
  const standing = standingOf(activity);
  const start = activity.period?.startDate;
  const left = start ? place(span, dayNumber(start)) : 0;
  const right = activity.period?.endDate ? place(span, dayNumber(activity.period.endDate)) : 100;
  return (
    <li className="timeline-row">
      <div className="timeline-what">
        <Link asChild className="timeline-title"><RouterLink to={pageOf(activity.name)}>{activity.title}</RouterLink></Link>
        <span className="quiet">
          {responsible?.displayName}
          <span className="narrow-only">{start && <>{responsible && ' · '}{formatPeriod(activity.period, language)}</>}</span>
        </span>
        <span className="narrow-only"><StandingTag activity={activity} /></span>
        <span className="for-ears wide-only">{t.standings[standing]}{start && `, ${formatPeriod(activity.period, language)}`}</span>
      </div>
      <div className="timeline-track" aria-hidden>
        <Today span={span} />
        {start ? (
          <span
            className="timeline-bar" data-standing={standing} data-short={right - left < 16} data-late={left > 70}
            style={{ left: `${left}%`, width: `${Math.max(right - left, 2)}%` }}
          >
            <span>{signs[standing]} {t.standings[standing]}</span>
          </span>
        ) : <span className="timeline-dateless">{signs[standing]} {t.standings[standing]} · {t.plan.noDates}</span>}
      </div>
    </li>
  );
}

function Legend() {
  const { t } = useLanguage();
  return (
    <ul className="legend" aria-hidden>
      {(['going', 'planned', 'waiting', 'done', 'attention'] as const).map((standing) => (
        <li key={standing}><span className="timeline-bar" data-standing={standing}>{signs[standing]} {t.standings[standing]}</span></li>
      ))}
      <li><span className="diamond">◆</span> {t.plan.meetLegend}</li>
    </ul>
  );
}
