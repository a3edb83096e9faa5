// Health personnel opens a plan in an emergency: whose, and why it cannot wait. Said plainly who is told.
import { Button, Paragraph } from '@digdir/designsystemet-react';
import { Link } from 'react-router';

import { access } from '../../api/access';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { useLanguage } from '../../i18n/language';
import { formatTime } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Form, TextArea, TextInput } from '../../shared/form';
import { Page, Panel } from '../../shared/page';

export function EmergencyView() {
  const { t, language } = useLanguage();
  const draft = useDraft('emergency', { id: '', reason: '' });
  const { value } = draft;
  const open = useCommand(
    (_: void, requestId) => access.requestEmergencyAccess({
      plan: 'plans/-', subjectIdentity: { nationalId: value.id.replace(/\s/g, '') }, reason: value.reason.trim(), requestId,
    }),
    () => draft.forget({ id: '', reason: '' }),
  );
  return (
    <Page title={t.emergency.open} lead={t.emergency.lead}>
      {open.data ? (
        <Panel title={t.emergency.opened} tone="good">
          <Paragraph>{t.emergency.openUntil(formatTime(open.data.expireTime, language))}</Paragraph>
          <div className="buttons"><Button asChild><Link to={pageOf(open.data.name)}>{t.notice.openPlan}</Link></Button></div>
        </Panel>
      ) : (
        <Panel title={t.emergency.whose} tone="attention">
          <Paragraph>{t.emergency.told}</Paragraph>
          <Form command={open} submit={() => open.send()} submitText={t.emergency.openIt} tone="danger"
            check={() => (/^\d{11}$/.test(value.id.replace(/\s/g, '')) ? (value.reason.trim() ? undefined : t.answers.reasonNeeded) : t.notice.lack.id)}>
            <TextInput label={t.group.nationalId} help={t.group.nationalIdHelp} value={value.id} set={(id) => draft.set({ ...value, id })} inputMode="numeric" />
            <TextArea label={t.emergency.why} help={t.emergency.ownerReads} value={value.reason} set={(reason) => draft.set({ ...value, reason })} rows={3} />
          </Form>
        </Panel>
      )}
    </Page>
  );
}
