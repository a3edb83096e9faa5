import { Button, Card, Heading, Paragraph, Spinner, Tag } from '@digdir/designsystemet-react';
import { Link as RouterLink, useParams } from 'react-router';

import { formatDate } from '../dates';
import { useLanguage } from '../i18n/language';
import { Problem } from '../problem';
import { useTitle } from '../titles';
import { NotFound } from './not-found';
import { usePlan } from './plan';

export function EvaluationView() {
  const { t, language } = useLanguage();
  const { plan: id, evaluation: evaluationId } = useParams();
  const { data: plan, error, refetch } = usePlan(id);
  useTitle(t.evaluation);
  if (error) return <Problem error={error} retry={refetch} />;
  if (!plan) return <Spinner aria-label={t.loading} />;
  const evaluation = plan.evaluations.find(({ name }) => name.endsWith(`/${evaluationId}`));
  if (!evaluation) return <NotFound />;
  return (
    <>
      <Heading level={1}>{t.evaluation}</Heading>
      <Paragraph data-size="lg">{formatDate(evaluation.dueDate, language)}</Paragraph>
      <Tag>{t.evaluationStates[evaluation.state]}</Tag>
      <Paragraph>{t.evaluationIntro}</Paragraph>
      {evaluation.place && <Paragraph>{t.where}: {evaluation.place}</Paragraph>}
      <section aria-labelledby="talk">
        <Heading level={2} id="talk">{t.toTalkAbout}</Heading>
        <ol className="cards">
          {plan.goals.map((goal) => (
            <li key={goal.name}><Card>{goal.ownWords ? `«${goal.ownWords.text}»` : goal.professionalWording}</Card></li>
          ))}
        </ol>
      </section>
      <Button asChild>
        <RouterLink to={`/planer/${id}`}>{t.openPlan}</RouterLink>
      </Button>
    </>
  );
}
