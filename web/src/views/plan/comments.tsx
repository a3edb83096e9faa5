// Wishes and comments. Nothing is erased; a correction is a new one.
import { type ReactNode, useId } from 'react';

import { plans } from '../../api/clients';
import { useCommand } from '../../api/queries';
import { languageCode, useLanguage } from '../../i18n/language';
import { formatTimeDay } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Form, Kept, TextArea } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { isOwners, mayWrite, nameOf } from '../../shared/plan/model';
import type { InPlan } from './frame';

export function Comments({ at, target }: { at: InPlan; target: string }) {
  const { t, language } = useLanguage();
  const about = at.plan.comments.filter((comment) => comment.target === target);
  return (
    <Panel title={t.comments.title}>
      {about.length === 0 && <Empty>{t.comments.none}</Empty>}
      <ul className="talk">
        {about.map(({ name, text }) => (
          <li key={name} data-mine={text?.author === at.plan.subject?.person}>
            <p>{text?.text}</p>
            <p className="quiet">{nameOf(at.plan, text?.author ?? '') || t.somebody}, {formatTimeDay(text?.writeTime, language)}</p>
          </li>
        ))}
      </ul>
      {mayWrite(at.role) && <CommentForm at={at} target={target} />}
    </Panel>
  );
}

// What is written is kept under the plan, so that it stays when one chooses what it is about.
export function CommentForm({ at: { plan, role }, target, label, help, done, children }: {
  at: InPlan;
  target: string;
  label?: string;
  help?: string;
  done?: () => void;
  children?: ReactNode;
}) {
  const { t, language } = useLanguage();
  const draft = useDraft(`${children ? plan.name : target}/comment`, '');
  const id = useId();
  const send = useCommand(
    (text: string, requestId) => plans.createComment({
      parent: plan.name, requestId, comment: { target, text: { text, language: languageCode(language) } },
    }),
    () => {
      draft.forget('');
      done?.();
    },
  );
  return (
    <Form command={send} submit={() => send.send(draft.value.trim())} submitText={t.comments.send} key={id} done={t.comments.sent}
      check={() => (draft.value.trim() ? undefined : t.required)}>
      <Kept show={draft.kept} forget={() => draft.forget('')} />
      <TextArea label={label ?? (isOwners(role) ? t.comments.yours : t.comments.write)} help={help ?? t.comments.whoSees} value={draft.value} set={draft.set} rows={3} />
      {children}
    </Form>
  );
}
