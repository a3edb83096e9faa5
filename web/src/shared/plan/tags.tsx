import { Tag } from '@digdir/designsystemet-react';

import type { Activity } from '../../gen/individuellplan/plan/v1/activity_pb';
import { CarePlan_State } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { type Standing, standingOf } from './model';

// Never by colour alone: sign, word and colour say the same.
export const signs: Record<Standing, string> = {
  going: '▶', planned: '○', done: '✓', attention: '!', waiting: '…', stopped: '×',
};
const colours = {
  going: 'info', planned: 'neutral', done: 'success', attention: 'warning', waiting: 'neutral', stopped: 'neutral',
} as const;

export function StandingTag({ activity }: { activity: Activity }) {
  const { t } = useLanguage();
  const standing = standingOf(activity);
  return <Tag data-size="sm" data-color={colours[standing]}><span aria-hidden>{signs[standing]}</span>&nbsp;{t.standings[standing]}</Tag>;
}

export function PlanStateTag({ state }: { state: CarePlan_State }) {
  const { t } = useLanguage();
  const colour = state === CarePlan_State.ACTIVE ? 'success' : state === CarePlan_State.DRAFT ? 'info' : 'neutral';
  return <Tag data-size="sm" data-color={colour}>{t.planStates[state]}</Tag>;
}
