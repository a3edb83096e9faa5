// The responsibility group as a picture: the owner in the middle, everybody else to the left and right, lines
// as thick as what they do. On narrow screens and for those who listen, the list beside it says the same.
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { type Participant, Participant_Kind } from '../../gen/individuellplan/plan/v1/care_team_pb';
import { useLanguage } from '../../i18n/language';
import { coordinatorOf, groupOf, isOver, ownerOf } from './model';

const WIDTH = 680;
const BOX = 232;
const ROW = 66;

interface Member {
  person: Participant;
  coordinator: boolean;
  count: number;
}

export function membersOf(plan: CarePlan): Member[] {
  const coordinator = coordinatorOf(plan)?.appointment.participant;
  return groupOf(plan)
    .map((person) => ({
      person,
      coordinator: person.name === coordinator,
      count: plan.activities.filter((activity) => !isOver(activity)
        && (activity.responsible === person.name || activity.contributors.includes(person.name))).length,
    }))
    .sort((a, b) => Number(b.coordinator) - Number(a.coordinator)
      || Number(a.person.kind) - Number(b.person.kind)
      || a.person.organization.localeCompare(b.person.organization));
}

const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

export function Network({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const members = membersOf(plan);
  if (members.length === 0) return null;
  const half = Math.ceil(members.length / 2);
  const sides = [members.slice(0, half), members.slice(half)];
  const height = Math.max(half, 2) * ROW + 16;
  const owner = ownerOf(plan)?.displayName || plan.subject?.displayName || '';
  const middle = { x: WIDTH / 2, y: height / 2 };
  const at = (side: number, i: number) => ({
    x: side === 0 ? 0 : WIDTH - BOX,
    y: middle.y + (i - (sides[side]!.length - 1) / 2) * ROW - 26,
  });
  return (
    <svg className="network wide-only" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={t.plan.networkText(owner, members.length)}>
      {sides.map((side, s) => side.map((member, i) => {
        const { x, y } = at(s, i);
        return (
          <line
            key={member.person.name} x1={s === 0 ? BOX : x} y1={y + 26} x2={middle.x} y2={middle.y}
            className="network-line" data-family={member.person.kind === Participant_Kind.RELATED_PERSON}
            strokeWidth={2 + Math.min(member.count, 5) * 1.2}
          />
        );
      }))}
      {sides.map((side, s) => side.map((member, i) => {
        const { x, y } = at(s, i);
        const { person, coordinator, count } = member;
        const what = [coordinator ? t.plan.coordinator : person.roleTitle || person.organizationDisplayName.split(',')[0],
          count > 0 && t.plan.activityCount(count)].filter(Boolean).join(' · ');
        return (
          <g key={person.name} className="network-box" data-coordinator={coordinator} data-family={person.kind === Participant_Kind.RELATED_PERSON}>
            <rect x={x + 1} y={y} width={BOX - 2} height={52} rx={8} />
            <text x={x + BOX / 2} y={y + 22} className="network-name">{coordinator && '★ '}{cut(person.displayName, 22)}</text>
            <text x={x + BOX / 2} y={y + 41} className="network-what">{cut(what, 29)}</text>
          </g>
        );
      }))}
      <circle cx={middle.x} cy={middle.y} r={52} className="network-owner" />
      <text x={middle.x} y={middle.y + 1} className="network-owner-name">{cut(owner.split(' ')[0] ?? '', 11)}</text>
      <text x={middle.x} y={middle.y + 21} className="network-owner-what">{t.plan.ownsThePlan}</text>
    </svg>
  );
}
