// The first page of a plan: own words, what needs an answer, next meeting, coordinator, what is new, what
// happens when, and who is with you.
import { Button, Link, Paragraph } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { pageOf } from '../../api/resources';
import { actFor, useSession } from '../../app/session';
import { type CarePlan, CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import type { OwnMandate } from '../../gen/individuellplan/plan/v1/consent_pb';
import { Section } from '../../gen/individuellplan/type/v1/access_pb';
import { useLanguage } from '../../i18n/language';
import { daysUntil, formatDate, formatDay } from '../../shared/dates';
import { Empty, Panel } from '../../shared/page';
import { activitiesOf, coordinatorOf, goalsOf, isOwners, mayWrite, nextEvaluation, ownerName, SECTIONS } from '../../shared/plan/model';
import { Network } from '../../shared/plan/network';
import { PlanStateTag } from '../../shared/plan/tags';
import { Timeline } from '../../shared/plan/timeline';
import { Answers } from './answers';
import { type InPlan, PlanFrame } from './frame';
import { GoalList } from './goals';
import { MemberList } from './members';
import { Latest, News } from './news';
import { OwnWords } from './own-words';

export function PlanOverview() {
  const { t } = useLanguage();
  return (
    <PlanFrame
      title={t.plan.title}
      heading={({ plan, role }) => (role === 'owner' ? t.plan.myPlan : t.plan.planOf(ownerName(plan)))}
      actions={({ plan, role, base }) => (
        <>
          {plan.state !== CarePlan_State.ACTIVE && <PlanStateTag state={plan.state} />}
          {mayWrite(role) && (
            <Button asChild><RouterLink to={`${base}/onske`}>{isOwners(role) ? t.plan.writeWish : t.plan.writeComment}</RouterLink></Button>
          )}
        </>
      )}
    >
      {(at) => <Overview at={at} />}
    </PlanFrame>
  );
}

function Overview({ at }: { at: InPlan }) {
  const { t } = useLanguage();
  const { plan, role } = at;
  if (role === 'nominee' || role === 'outside') return <><Answers at={at} /><Tiles at={at} /></>;
  const newGoal = isOwners(role) && (
    <Button asChild variant="secondary" data-size="sm"><RouterLink to={`${at.base}/maal/nytt`}>{t.plan.newGoal}</RouterLink></Button>
  );
  const shared = goalsOf(plan).length > 0 || activitiesOf(plan).length > 0;
  return (
    <>
      {plan.ownMandate && <ActFor mandate={plan.ownMandate} />}
      <OwnWords at={at} />
      <Answers at={at} />
      <Tiles at={at} />
      <Panel title={t.plan.whatWhen} actions={newGoal}>
        {shared ? <Timeline plan={plan} /> : <Empty>{isOwners(role) ? t.plan.nothingYet : t.plan.nothingShared}</Empty>}
        <Period at={at} />
      </Panel>
      <div className="halves">
        {/* On a phone the timeline above is a list of the same goals. */}
        <div className="wide-only"><Panel title={t.plan.goals}><GoalList at={at} /></Panel></div>
        {sees(plan, Section.TEAM) && (
          <Panel title={role === 'owner' ? t.plan.yourGroup : t.plan.group}>
            <Network plan={plan} />
            <MemberList plan={plan} base={at.base} />
          </Panel>
        )}
      </div>
      <News at={at} />
    </>
  );
}

// What one may do for the owner. Notices, letters and complaints stand beside the plan: who may read those reads and
// answers them in the owner's name.
function ActFor({ mandate: { represented, representedDisplayName, readSections, actSections } }: { mandate: OwnMandate }) {
  const { t } = useLanguage();
  const { person, actingFor } = useSession();
  if (actingFor) return null;
  const named = (sections: Section[]) => sections.map((section) => t.log.parts[section]).join(', ');
  const whole = readSections.length === SECTIONS.length;
  const letters = readSections.includes(Section.DECISIONS);
  return (
    <Panel title={t.acting.now(representedDisplayName)} tone="calm">
      {whole && actSections.length === SECTIONS.length ? <Paragraph>{t.acting.all}</Paragraph> : (
        <>
          <Paragraph>{whole ? t.acting.readAll : t.acting.reads(named(readSections))}</Paragraph>
          {actSections.length > 0 && <Paragraph>{t.acting.acts(named(actSections))}</Paragraph>}
        </>
      )}
      <Paragraph>{letters ? t.acting.letters : t.acting.noLetters}</Paragraph>
      {letters && <div className="buttons"><Button variant="secondary" onClick={() => actFor(person, represented)}>{t.acting.begin}</Button></div>}
    </Panel>
  );
}

// How long the plan runs, whether it rests, and how to take it along.
function Period({ at: { plan, base } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  return (
    <>
      {plan.hold && <Paragraph>{t.plan.onHold(formatDay(plan.hold.resumeDate, language))} {plan.hold.reason}</Paragraph>}
      <Paragraph className="quiet">
        {plan.period && <>{t.plan.period}: {plan.period.endDate ? t.plan.periodUntil(formatDay(plan.period.endDate, language)).toLowerCase() : t.furtherNotice}. </>}
        <Link asChild><RouterLink to={`${base}/mer`}>{t.plan.printOrSave}</RouterLink></Link>
      </Paragraph>
    </>
  );
}

// What the reader may not see is not said to be missing.
const sees = (plan: CarePlan, section: Section) => !plan.redactedSections.includes(section);

function Tiles({ at: { plan, role } }: { at: InPlan }) {
  const { t, language } = useLanguage();
  const next = nextEvaluation(plan);
  const coordinator = coordinatorOf(plan);
  const days = next?.dueDate && daysUntil(next.dueDate);
  return (
    <div className="tiles">
      {sees(plan, Section.EVALUATIONS) && <Panel title={t.plan.nextMeeting} tone="info">
        {next ? (
          <>
            <p className="strong">
              <Link asChild><RouterLink to={pageOf(next.name)} className="capital">{formatDate(next.dueDate, language)}</RouterLink></Link>
            </p>
            {next.place && <Paragraph>{next.place}</Paragraph>}
            {days !== undefined && <Paragraph className="quiet">{days < 0 ? t.daysOver(-days) : t.plan.inDays(days)}</Paragraph>}
          </>
        ) : <Paragraph>{t.plan.noMeeting}</Paragraph>}
      </Panel>}
      {sees(plan, Section.OVERVIEW) && <Panel title={role === 'owner' ? t.plan.yourCoordinator : t.plan.coordinator} tone="good">
        {coordinator ? (
          <>
            <p className="strong">{coordinator.person?.displayName ?? t.plan.coordinatorHidden}</p>
            {coordinator.person?.phone && (
              <Button asChild variant="secondary">
                <a href={`tel:${coordinator.person.phone.replace(/\s/g, '')}`}><span aria-hidden>☎</span> {coordinator.person.phone}</a>
              </Button>
            )}
            {!coordinator.person?.phone && coordinator.person?.workEmail && (
              <Paragraph><Link href={`mailto:${coordinator.person.workEmail}`}>{coordinator.person.workEmail}</Link></Paragraph>
            )}
            <Paragraph className="quiet">{coordinator.person?.organizationDisplayName}</Paragraph>
          </>
        ) : <Paragraph>{t.plan.noCoordinator}</Paragraph>}
      </Panel>}
      {role !== 'nominee' && role !== 'outside' && <Latest plan={plan} />}
    </div>
  );
}
