// How often, in which language and about what one is mailed. What law demands cannot be turned off.
import { Paragraph } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';

import { notifications } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { type Preferences, Preferences_Digest } from '../../gen/individuellplan/notification/v1/notification_service_pb';
import { Language } from '../../gen/individuellplan/type/v1/common_pb';
import type { Obligation_Kind } from '../../gen/individuellplan/type/v1/obligation_pb';
import { useLanguage } from '../../i18n/language';
import { useDraft } from '../../shared/draft';
import { Check, Choice, Choices, Form } from '../../shared/form';
import { Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';

export function SettingsView() {
  const { t } = useLanguage();
  const query = useQuery({ queryKey: ['preferences'], queryFn: () => notifications.getMyPreferences({}) });
  return (
    <Page title={t.settings.title} lead={t.settings.lead} back={{ to: '/varsler', text: t.inbox.title }}>
      <Panel title={t.settings.mails}><Load query={query}>{(preferences) => <SettingsForm preferences={preferences} />}</Load></Panel>
    </Page>
  );
}

// Kinds that may be kept to the inbox; the others are mandatory (notification rules).
const OPTIONAL: Obligation_Kind[] = [1, 2, 7];

function SettingsForm({ preferences }: { preferences: Preferences }) {
  const { t } = useLanguage();
  const draft = useDraft('preferences', {
    language: preferences.language || Language.NB,
    digest: preferences.digest || Preferences_Digest.DAILY,
    calendar: preferences.calendarEntries,
    muted: preferences.mutedKinds,
  });
  const { value } = draft;
  const set = (part: Partial<typeof value>) => draft.set({ ...value, ...part });
  const save = useCommand(
    (_: void, requestId) => notifications.updateMyPreferences({
      requestId,
      preferences: { etag: preferences.etag, language: value.language, digest: value.digest, calendarEntries: value.calendar, mutedKinds: value.muted },
      updateMask: { paths: ['language', 'digest', 'calendar_entries', 'muted_kinds'] },
    }),
    () => draft.forget(value),
  );
  return (
    <Form command={save} submit={() => save.send()} submitText={t.save}>
      <Paragraph>{t.settings.nothingPersonal}</Paragraph>
      <Choice label={t.settings.language} value={value.language} set={(language) => set({ language })}
        options={[{ value: Language.NB, text: 'Bokmål' }, { value: Language.NN, text: 'Nynorsk' }]} />
      <Choice label={t.settings.howOften} value={value.digest} set={(digest) => set({ digest })} options={[
        { value: Preferences_Digest.DAILY, text: t.settings.daily }, { value: Preferences_Digest.WEEKLY, text: t.settings.weekly },
      ]} />
      <Choices label={t.settings.onlyInbox} help={t.settings.onlyInboxHelp} values={value.muted} set={(muted) => set({ muted })}
        options={OPTIONAL.map((kind) => ({ value: kind, text: t.obligations[kind as 1 | 2 | 7] }))} />
      <Check label={t.settings.calendar} value={value.calendar} set={(calendar) => set({ calendar })} />
    </Form>
  );
}
