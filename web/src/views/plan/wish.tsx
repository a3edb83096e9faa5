// "Skriv et ønske": anything the owner wants to say, about anything.
import { Button, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';
import { Link } from 'react-router';

import { useLanguage } from '../../i18n/language';
import { Choice } from '../../shared/form';
import { Panel } from '../../shared/page';
import { goalsOf, isOwners, wordsOf } from '../../shared/plan/model';
import { CommentForm } from './comments';
import { type InPlan, PlanFrame, useInPlan } from './frame';

export function WishView() {
  const { t } = useLanguage();
  const { base } = useInPlan();
  return (
    <PlanFrame title={t.wish.title} back={{ to: base, text: t.tabs.overview }}
      heading={({ role }) => (isOwners(role) ? t.wish.title : t.plan.writeComment)} lead={() => t.wish.lead}>
      {(at) => <Wish at={at} />}
    </PlanFrame>
  );
}

function Wish({ at }: { at: InPlan }) {
  const { t } = useLanguage();
  const [target, setTarget] = useState(at.plan.name);
  const [sent, setSent] = useState(false);
  if (sent) {
    return (
      <Panel tone="good" title={t.wish.sent}>
        <Paragraph>{t.wish.sentText}</Paragraph>
        <div className="buttons">
          <Button asChild><Link to={at.base}>{t.goal.toPlan}</Link></Button>
          <Button variant="secondary" onClick={() => setSent(false)}>{t.wish.another}</Button>
        </div>
      </Panel>
    );
  }
  const goals = goalsOf(at.plan);
  return (
    <Panel title={t.wish.what}>
      <CommentForm at={at} target={target} label={t.wish.yourWish} help={t.wish.help} done={() => setSent(true)}>
        {goals.length > 0 && (
          <Choice label={t.wish.about} value={target} set={setTarget} options={[
            { value: at.plan.name, text: t.wish.wholePlan },
            ...goals.map((goal) => ({ value: goal.name, text: `«${wordsOf(goal)}»` })),
          ]} />
        )}
      </CommentForm>
    </Panel>
  );
}
