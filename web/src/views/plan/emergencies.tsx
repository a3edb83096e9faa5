// Who has opened the plan in an emergency, why, and what the unit's leader says about it.
import { Paragraph, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';

import { access } from '../../api/access';
import { useCommand } from '../../api/queries';
import { useSession } from '../../app/session';
import type { EmergencyAccess } from '../../gen/individuellplan/plan/v1/consent_pb';
import type { CarePlan } from '../../gen/individuellplan/plan/v1/care_plan_pb';
import { useLanguage } from '../../i18n/language';
import { formatTime } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Choice, Form, TextArea } from '../../shared/form';
import { Panel } from '../../shared/page';

export function Emergencies({ plan }: { plan: CarePlan }) {
  const { t } = useLanguage();
  const { data } = useQuery({
    queryKey: ['emergencies', plan.name],
    queryFn: async () => (await access.listEmergencyAccesses({ parent: plan.name, pageSize: 50 })).emergencyAccesses,
  });
  if (!data?.length) return null;
  return (
    <Panel title={t.emergency.title} intro={t.emergency.text} tone={data.some(({ reviewTime }) => !reviewTime) ? 'attention' : 'plain'}>
      <ul className="lines">{data.map((each) => <Row key={each.name} each={each} />)}</ul>
    </Panel>
  );
}

function Row({ each }: { each: EmergencyAccess }) {
  const { t, language } = useLanguage();
  const { role } = useSession();
  return (
    <li className="stacked">
      <div>
        <strong>{each.accessorDisplayName}</strong>{' '}
        {each.reviewTime && <Tag data-size="sm" data-color={each.justified ? 'success' : 'danger'}>{each.justified ? `✓ ${t.emergency.justified}` : `! ${t.emergency.notJustified}`}</Tag>}
        <div className="quiet">{formatTime(each.createTime, language)} {t.until} {formatTime(each.expireTime, language)}</div>
        <blockquote className="quote">{each.reason}</blockquote>
        {each.reviewComment && <Paragraph>{t.emergency.leaderSays}: {each.reviewComment}</Paragraph>}
      </div>
      {role === 'UNIT_LEADER' && !each.reviewTime && <Review each={each} />}
    </li>
  );
}

function Review({ each }: { each: EmergencyAccess }) {
  const { t } = useLanguage();
  const draft = useDraft(`${each.name}/review`, { justified: 1, comment: '' });
  const { value } = draft;
  const review = useCommand(
    (_: void, requestId) => access.reviewEmergencyAccess({ name: each.name, justified: value.justified === 1, comment: value.comment.trim(), requestId }),
    () => draft.forget(),
  );
  return (
    <Form command={review} submit={() => review.send()} submitText={t.emergency.review} check={() => (value.comment.trim() ? undefined : t.answers.reasonNeeded)}>
      <Choice label={t.emergency.wasIt} value={value.justified} set={(justified) => draft.set({ ...value, justified })}
        options={[{ value: 1, text: t.emergency.justified }, { value: 0, text: t.emergency.notJustified }]} />
      <TextArea label={t.reason} help={t.emergency.ownerReads} value={value.comment} set={(comment) => draft.set({ ...value, comment })} rows={3} />
    </Form>
  );
}
