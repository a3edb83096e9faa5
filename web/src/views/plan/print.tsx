// The whole plan on paper, or as a tagged PDF from the browser's print dialog. White, without buttons; the
// headings and tables are what a screen reader finds in the PDF.
import { Button, Link } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink, useParams } from 'react-router';

import { plans } from '../../api/clients';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { formatDate, formatDay, formatPeriod, formatTimeDay, today } from '../../shared/dates';
import { useTitle } from '../../shared/page';
import { activitiesOf, coordinatorOf, goalsOf, groupOf, nextEvaluation, participantOf, standingOf, wordsOf } from '../../shared/plan/model';
import { Load } from '../../shared/state';
import { useInPlan } from './frame';

export function PrintView() {
  const { t, language } = useLanguage();
  const { base, query } = useInPlan();
  useTitle(t.plan.title);
  return (
    <div className="page print-page">
      <div className="buttons no-print">
        <Button onClick={() => window.print()}>{t.more.printNow}</Button>
        <Button asChild variant="secondary"><RouterLink to={base}>{t.back}</RouterLink></Button>
      </div>
      <Load query={query}>{(plan) => <Paper plan={plan} when={t.print.printed(formatDay(today(), language))} />}</Load>
    </div>
  );
}

// The plan as it stood at a revision before it moved here, with the names of that time and place.
export function FormerPlan() {
  const { t, language } = useLanguage();
  const { base, id } = useInPlan();
  const { revision = '' } = useParams();
  const query = useQuery({ queryKey: ['former', id, revision], queryFn: () => plans.getPlan({ name: `plans/${id}`, importedRevision: BigInt(revision) }) });
  useTitle(t.more.before);
  return (
    <div className="page print-page">
      <Link asChild className="back no-print"><RouterLink to={`${base}/historikk`}><span aria-hidden>←</span> {t.more.historyTitle}</RouterLink></Link>
      <Load query={query}>{(plan) => <Paper plan={plan} when={t.more.stoodThen(formatTimeDay(plan.updateTime, language))} />}</Load>
    </div>
  );
}

function Paper({ plan, when }: { plan: CarePlan; when: string }) {
  const { t, language } = useLanguage();
  const coordinator = coordinatorOf(plan)?.person;
  const next = nextEvaluation(plan);
  return (
    <article className="paper">
      <h1>{t.print.title(plan.subject?.displayName ?? '')}</h1>
      <p>
        {t.planStates[plan.state]}{plan.period && `. ${t.plan.period}: ${formatPeriod(plan.period, language)}`}. {when}
      </p>
      {plan.whatMattersMost && <><h2>{t.print.matters}</h2><blockquote>«{plan.whatMattersMost.text}»</blockquote></>}
      <h2>{t.plan.coordinator}</h2>
      <p>{coordinator ? [coordinator.displayName, coordinator.organizationDisplayName, coordinator.phone].filter(Boolean).join(', ') : t.plan.noCoordinator}</p>
      <h2>{t.plan.nextMeeting}</h2>
      <p>{next ? `${formatDate(next.dueDate, language)}${next.place ? `, ${next.place}` : ''}` : t.plan.noMeeting}</p>
      <h2>{t.print.goalsAndActivities}</h2>
      {goalsOf(plan).map((goal, i) => {
        const activities = activitiesOf(plan, goal);
        return (
          <section key={goal.name}>
            <h3>{i + 1}. «{wordsOf(goal)}»</h3>
            {goal.ownWords && goal.professionalWording && <p>{goal.professionalWording}</p>}
            {activities.length > 0 && (
              <table>
                <thead>
                  <tr>{[t.activity.title, t.activity.responsible, t.activity.extent, t.activity.how, t.activity.when, t.status].map((head) => <th key={head} scope="col">{head}</th>)}</tr>
                </thead>
                <tbody>
                  {activities.map((activity) => (
                    <tr key={activity.name}>
                      <th scope="row">{activity.title}</th>
                      <td data-label={t.activity.responsible}>{participantOf(plan, activity.responsible)?.displayName}</td>
                      <td data-label={t.activity.extent}>{activity.extent}</td>
                      <td data-label={t.activity.how}>{activity.implementation}</td>
                      <td data-label={t.activity.when}>{formatPeriod(activity.period, language)}</td>
                      <td data-label={t.status}>{t.standings[standingOf(activity)]}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        );
      })}
      {(plan.strengths.length > 0 || plan.needs.length > 0) && (
        <>
          <h2>{t.print.strengths}</h2>
          <ul>{plan.strengths.map(({ text }, i) => <li key={i}>{text}</li>)}</ul>
          <h2>{t.print.needs}</h2>
          <ul>{plan.needs.map(({ text, lifeArea }, i) => <li key={i}><strong>{t.areas[lifeArea]}:</strong> {text}</li>)}</ul>
        </>
      )}
      {groupOf(plan).length > 0 && (
        <>
          <h2>{t.print.group}</h2>
          <table>
            <thead><tr><th scope="col">{t.name}</th><th scope="col">{t.print.role}</th><th scope="col">{t.print.contributes}</th><th scope="col">{t.phone}</th></tr></thead>
            <tbody>
              {groupOf(plan).map((person) => (
                <tr key={person.name}>
                  <th scope="row">{person.displayName}</th>
                  <td data-label={t.print.role}>{[person.roleTitle, person.organizationDisplayName].filter(Boolean).join(', ')}</td>
                  <td data-label={t.print.contributes}>{person.contribution}</td>
                  <td data-label={t.phone} className="phone">{person.phone}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <p className="quiet">{t.print.note}</p>
    </article>
  );
}
