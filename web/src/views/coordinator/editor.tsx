// The plan editor: part by part, with what the law (§ 19) still asks for beside it.
import { Button, Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { Do } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { activitiesOf, goalsOf, isOwners, proposalsOf, wordsOf } from '../../shared/plan/model';
import { StandingTag } from '../../shared/plan/tags';
import { type InPlan, PlanFrame } from '../plan/frame';
import { Checker } from './checker';
import { CollaborationPart, NeedsPart, PeriodPart, StrengthsPart } from './parts';

export function Editor() {
  const { t } = useLanguage();
  return (
    <PlanFrame title={t.edit.title} lead={({ role }) => (isOwners(role) ? t.edit.leadOwner : t.edit.lead)}>
      {(at) => (
        <div className="case">
          <aside>
            <Checker at={at} />
            <Activate at={at} />
          </aside>
          <div>
            <Goals at={at} />
            <Activities at={at} />
            <StrengthsPart at={at} />
            <NeedsPart at={at} />
            <CollaborationPart at={at} />
            <PeriodPart at={at} />
          </div>
        </div>
      )}
    </PlanFrame>
  );
}

function Goals({ at: { plan, role, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const proposals = proposalsOf(plan);
  return (
    <Panel title={t.plan.goals} actions={<Button asChild variant="secondary" data-size="sm"><RouterLink to={`${base}/maal/nytt`}>{isOwners(role) ? t.plan.newGoal : t.edit.proposeGoal}</RouterLink></Button>}>
      {goalsOf(plan).length === 0 && proposals.length === 0 && <Empty>{t.plan.noGoals}</Empty>}
      <ul className="lines">
        {goalsOf(plan).map((goal) => (
          <li key={goal.name}>
            <Link asChild><RouterLink to={pageOf(goal.name)}>«{wordsOf(goal)}»</RouterLink></Link>
            <Tag data-size="sm" data-color="info">{t.goalStates[goal.state]}</Tag>
          </li>
        ))}
        {proposals.map((goal) => (
          <li key={goal.name}>
            <Link asChild><RouterLink to={pageOf(goal.name)}>«{wordsOf(goal)}»</RouterLink></Link>
            <Tag data-size="sm" data-color="warning">{isOwners(role) ? t.edit.waitsForYou : t.edit.waitsForOwner}</Tag>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Activities({ at: { plan, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const activities = activitiesOf(plan);
  return (
    <Panel title={t.sections[4]} actions={<Button asChild variant="secondary" data-size="sm"><RouterLink to={`${base}/rediger/tiltak`}>{t.edit.newActivity}</RouterLink></Button>}>
      {activities.length === 0 && <Empty>{t.edit.noActivities}</Empty>}
      <ul className="lines">
        {activities.map((activity) => (
          <li key={activity.name}>
            <div>
              <Link asChild><RouterLink to={pageOf(activity.name)}>{activity.title}</RouterLink></Link>
              <div className="quiet">{[activity.extent, t.commitments[activity.commitment]].filter(Boolean).join(' · ')}</div>
            </div>
            <StandingTag activity={activity} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Activate({ at: { plan } }: { at: InPlan }) {
  const { t } = useLanguage();
  const activate = useCommand((_: void, requestId) => plans.activatePlan({ name: plan.name, etag: plan.etag, requestId }));
  if (plan.state !== CarePlan_State.DRAFT) return null;
  return (
    <Panel title={t.edit.activate} tone="info">
      <Paragraph>{plan.approval ? t.edit.approved : t.edit.notApproved}</Paragraph>
      <div className="buttons"><Do command={activate} act={() => activate.send()} variant="primary">{t.edit.activate}</Do></div>
    </Panel>
  );
}
