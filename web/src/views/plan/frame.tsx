// What stands around every page of a plan: its tabs, and the plan itself once it is read.
import type { ReactNode } from 'react';
import { NavLink, useParams } from 'react-router';

import { usePlan } from '../../api/queries';
import { useSession } from '../../app/session';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { Page } from '../../shared/page';
import { isOwners, mayEdit, type PlanRole, roleIn } from '../../shared/plan/model';
import { Load } from '../../shared/state';

export interface InPlan {
  plan: CarePlan;
  role: PlanRole;
  // The address of the plan, "/planer/{id}".
  base: string;
}

export function useInPlan() {
  const { plan: id } = useParams();
  return { id: id!, base: `/planer/${id}`, query: usePlan(id) };
}

interface FrameProps {
  title: string;
  heading?: (at: InPlan) => ReactNode;
  lead?: (at: InPlan) => ReactNode;
  actions?: (at: InPlan) => ReactNode;
  // From a page that hangs below a tab.
  back?: { to: string; text: string };
  children: (at: InPlan) => ReactNode;
}

export function PlanFrame({ title, heading, lead, actions, back, children }: FrameProps) {
  const { base, query } = useInPlan();
  const { person } = useSession();
  const at = query.data && { plan: query.data, role: roleIn(query.data, person), base };
  return (
    <>
      {at && at.role !== 'nominee' && <Tabs at={at} />}
      <Page title={title} heading={at && heading?.(at)} lead={at && lead?.(at)} actions={at && actions?.(at)} back={back}>
        <Load query={query}>{(plan) => children({ plan, role: roleIn(plan, person), base })}</Load>
      </Page>
    </>
  );
}

function Tabs({ at: { role, base } }: { at: InPlan }) {
  const { t } = useLanguage();
  const owners = isOwners(role);
  const tabs: [string, string, boolean][] = [
    ['', t.tabs.overview, true],
    ['/rediger', t.tabs.edit, mayEdit(role)],
    ['/gruppa', t.tabs.group, true],
    ['/deling', t.tabs.sharing, owners || role === 'coordinator'],
    ['/moter', t.tabs.meetings, true],
    ['/innsyn', owners ? t.tabs.seen : t.tabs.seenByMe, role !== 'outside' && role !== 'reader'],
    ['/mer', t.tabs.more, true],
  ];
  return (
    <nav className="tabs" aria-label={t.tabs.label}>
      <ul>
        {tabs.filter(([, , shown]) => shown).map(([to, text]) => (
          <li key={to}><NavLink to={base + to} end={to === ''}>{text}</NavLink></li>
        ))}
      </ul>
    </nav>
  );
}
