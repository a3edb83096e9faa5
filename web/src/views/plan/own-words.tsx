// What matters most to the owner now, in their own words. Only they write it.
import { Button, Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';

import { plans } from '../../api/clients';
import { isReason } from '../../api/errors';
import { useCommand } from '../../api/queries';
import { languageCode, useLanguage } from '../../i18n/language';
import { useDraft } from '../../shared/draft';
import { Conflict, Form, Kept, TextArea } from '../../shared/form';
import { isOwners } from '../../shared/plan/model';
import type { InPlan } from './frame';

export function OwnWords({ at: { plan, role } }: { at: InPlan }) {
  const { t } = useLanguage();
  const [editing, setEditing] = useState(false);
  const words = plan.whatMattersMost?.text;
  const owners = isOwners(role);
  if (editing) return <EditOwnWords at={{ plan, role, base: '' }} close={() => setEditing(false)} />;
  if (!words && !owners) return null;
  return (
    <figure className="own-words">
      <figcaption>{role === 'owner' ? t.plan.mattersToMe : t.plan.mattersTo}</figcaption>
      {words ? <blockquote>«{words}»</blockquote> : <Paragraph>{t.plan.noWordsYet}</Paragraph>}
      {owners && <Button variant="tertiary" data-size="sm" onClick={() => setEditing(true)}>{words ? t.plan.changeWords : t.plan.writeWords}</Button>}
    </figure>
  );
}

function EditOwnWords({ at: { plan, role }, close }: { at: InPlan; close: () => void }) {
  const { t, language } = useLanguage();
  const before = plan.whatMattersMost?.text ?? '';
  const draft = useDraft(`${plan.name}/what-matters`, before);
  // The etag of the text that was on the page when the writing began: whoever wrote in between is not overwritten.
  const [etag, setEtag] = useState(plan.etag);
  const [startedFrom] = useState(before);
  const save = useCommand(
    (input: { text: string; etag: string }, requestId) => plans.updatePlan({
      plan: { name: plan.name, etag: input.etag, whatMattersMost: { text: input.text, language: languageCode(language) } },
      updateMask: { paths: ['what_matters_most'] },
      requestId,
    }),
    (saved) => {
      draft.forget(saved.whatMattersMost?.text ?? '');
      close();
    },
  );
  const stale = isReason(save.error, 'ETAG_MISMATCH') || plan.etag !== etag;
  const conflict = stale && before !== startedFrom;
  // Something else in the plan changed: nothing to choose between.
  if (stale && !conflict && plan.etag !== etag) setEtag(plan.etag);
  return (
    <div className="own-words">
      {conflict && (
        <Conflict
          mine={draft.value} theirs={before}
          keepMine={() => { setEtag(plan.etag); save.send({ text: draft.value, etag: plan.etag }); }}
          keepTheirs={() => { draft.forget(before); close(); }}
        />
      )}
      <Form
        command={conflict ? { ...save, error: null } : save} submitText={t.save} submit={() => save.send({ text: draft.value.trim(), etag })}
        check={() => (draft.value.trim() ? undefined : t.required)}
        more={<Button type="button" variant="tertiary" onClick={() => { draft.forget(); close(); }}>{t.cancel}</Button>}
      >
        <Kept show={draft.kept} forget={() => draft.forget(before)} />
        <TextArea label={role === 'owner' ? t.plan.mattersToMe : t.plan.mattersTo} help={t.plan.mattersHelp} value={draft.value} set={draft.set} rows={4} />
      </Form>
    </div>
  );
}
