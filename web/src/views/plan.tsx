import { Card, Heading, Link, Paragraph, Spinner, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink, useParams } from 'react-router';

import { plans } from '../api';
import { formatDate } from '../dates';
import type { Activity } from '../gen/individuellplan/plan/v1/activity_pb';
import type { CarePlan } from '../gen/individuellplan/plan/v1/care_plan_pb';
import { CoordinatorAppointment_State } from '../gen/individuellplan/plan/v1/care_team_pb';
import { Evaluation_State } from '../gen/individuellplan/plan/v1/evaluation_pb';
import type { Goal } from '../gen/individuellplan/plan/v1/goal_pb';
import { useLanguage } from '../i18n/language';
import { Problem } from '../problem';
import { pageOf } from '../resources';
import { useTitle } from '../titles';

export function usePlan(id: string | undefined) {
  return useQuery({ queryKey: ['plan', id], queryFn: () => plans.getPlan({ name: `plans/${id}` }) });
}

export function PlanView() {
  const { t, language } = useLanguage();
  const { plan: id } = useParams();
  const { data: plan, error, refetch } = usePlan(id);
  useTitle(t.yourPlan);
  if (error) return <Problem error={error} retry={refetch} />;
  if (!plan) return <Spinner aria-label={t.loading} />;
  const next = nextEvaluation(plan);
  return (
    <>
      <Heading level={1}>{t.planOf} {plan.subject?.displayName}</Heading>
      <Tag>{t.planStates[plan.state]}</Tag>
      {plan.whatMattersMost && (
        <figure className="own-words">
          <figcaption>{t.whatMatters}</figcaption>
          <blockquote>«{plan.whatMattersMost.text}»</blockquote>
        </figure>
      )}
      <div className="tiles">
        <Card data-color="info">
          <Heading level={2} data-size="xs">{t.nextEvaluation}</Heading>
          {next ? (
            <Link asChild><RouterLink to={pageOf(next.name)}>{formatDate(next.dueDate, language)}</RouterLink></Link>
          ) : <Paragraph>{t.noDate}</Paragraph>}
        </Card>
        <Card data-color="success">
          <Heading level={2} data-size="xs">{t.coordinator}</Heading>
          <Coordinator plan={plan} />
        </Card>
      </div>
      <section aria-labelledby="goals">
        <Heading level={2} id="goals">{t.goals}</Heading>
        {plan.goals.length === 0 && <Paragraph>{t.noGoals}</Paragraph>}
        {plan.goals.map((goal, index) => <GoalCard key={goal.name} goal={goal} number={index + 1} plan={plan} />)}
      </section>
      <section aria-labelledby="group">
        <Heading level={2} id="group">{t.group}</Heading>
        <ul className="people">
          {plan.participants.map((person) => (
            <li key={person.name}>
              <strong>{person.displayName}</strong>{person.roleTitle && `, ${person.roleTitle}`}
              {person.organizationDisplayName && ` (${person.organizationDisplayName})`}
              {person.contribution && <Paragraph>{person.contribution}</Paragraph>}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function nextEvaluation(plan: CarePlan) {
  const key = (date?: { year: number; month: number; day: number }) =>
    date ? date.year * 10_000 + date.month * 100 + date.day : Infinity;
  return plan.evaluations
    .filter((evaluation) => evaluation.state === Evaluation_State.PLANNED)
    .sort((a, b) => key(a.dueDate) - key(b.dueDate))[0];
}

function Coordinator({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const appointment = plan.coordinatorAppointments.find(
    ({ state }) => state === CoordinatorAppointment_State.ACTIVE || state === CoordinatorAppointment_State.HANDOVER_PENDING,
  );
  if (!appointment) return <Paragraph>{t.vacant}</Paragraph>;
  const person = plan.participants.find(({ name }) => name === appointment.participant);
  return (
    <Paragraph>
      {person?.displayName}
      {person?.phone && <> · <Link href={`tel:${person.phone.replace(/\s/g, '')}`}>{person.phone}</Link></>}
    </Paragraph>
  );
}

function GoalCard({ goal, number, plan }: { goal: Goal; number: number; plan: CarePlan }) {
  const { t } = useLanguage();
  const activities = plan.activities.filter((activity) => activity.goals.includes(goal.name));
  return (
    <Card className="goal">
      <Heading level={3} data-size="sm">
        <span className="number">{number}</span> {goal.ownWords?.text ?? goal.professionalWording}
      </Heading>
      {goal.ownWords && goal.professionalWording && <Paragraph>{goal.professionalWording}</Paragraph>}
      {activities.length > 0 && (
        <ul className="activities" aria-label={t.activities}>
          {activities.map((activity) => <ActivityLine key={activity.name} activity={activity} plan={plan} />)}
        </ul>
      )}
    </Card>
  );
}

function ActivityLine({ activity, plan }: { activity: Activity; plan: CarePlan }) {
  const { t } = useLanguage();
  const responsible = plan.participants.find(({ name }) => name === activity.responsible);
  return (
    <li>
      <strong>{activity.title}</strong>
      {activity.extent && <> · {activity.extent}</>}
      {responsible && <Paragraph>{t.responsible}: {responsible.displayName}</Paragraph>}
      <Tag data-size="sm">{t.commitments[activity.commitment]}</Tag>
    </li>
  );
}
