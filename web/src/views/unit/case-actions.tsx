// What a case worker can do with a notice, by its state.
import { Paragraph } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { referrals, useUnits } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { useSession } from '../../app/session';
import { Acceptance_Step, type NeedNotice, NeedNotice_State as State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { addDays, fromInput, toInput, today } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Disclosure, Do, Form, Pick, TextArea, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';
import { Accept, Decline, Nominate, Reject } from './decide';

export function CaseActions({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const { role, person, displayName } = useSession();
  const { name, etag, state } = notice;
  const take = useCommand((_: void, requestId) => referrals.assignNotice({ name, etag, assignee: person, assigneeDisplayName: displayName, requestId }));
  const release = useCommand((_: void, requestId) => referrals.releaseNotice({ name, etag, requestId }));
  const worker = role === 'CASE_WORKER';
  const triage = state === State.IN_TRIAGE || state === State.AWAITING_INFO;
  const open = triage || state === State.SUBMITTED;
  const declined = notice.acceptance?.step === Acceptance_Step.COORDINATOR_DECLINED;
  return (
    <>
      {open && (
        <Panel title={t.cases.who}>
          <div className="buttons">
            {worker && notice.assignee !== person && <Do command={take} act={() => take.send()} variant={state === State.SUBMITTED ? 'primary' : 'secondary'}>{t.queue.takeThis}</Do>}
            {state === State.IN_TRIAGE && notice.assignee === person && <Do command={release} act={() => release.send()} variant="tertiary">{t.cases.release}</Do>}
            <Assign notice={notice} />
          </div>
        </Panel>
      )}
      {worker && declined && <Panel title={t.cases.coordinatorDeclined} tone="attention"><Nominate notice={notice} /></Panel>}
      {worker && state === State.IN_TRIAGE && (
        <Panel title={t.cases.decide} tone="info">
          <div className="buttons">
            <Accept notice={notice} />
            <Reject notice={notice} />
            <Decline notice={notice} />
          </div>
        </Panel>
      )}
      {worker && triage && (
        <Panel title={t.cases.meanwhile}>
          <div className="buttons">
            {state === State.IN_TRIAGE && <AskForInformation notice={notice} />}
            <Preliminary notice={notice} />
          </div>
        </Panel>
      )}
      {worker && open && (
        <Panel title={t.cases.elsewhere}>
          <div className="buttons">
            <Forward notice={notice} />
            <Merge notice={notice} />
          </div>
        </Panel>
      )}
      {worker && state === State.REJECTED_NOT_ELIGIBLE && <Panel title={t.cases.again}><Reopen notice={notice} /></Panel>}
      {!open && !declined && state !== State.REJECTED_NOT_ELIGIBLE && <Empty>{t.cases.nothingToDo}</Empty>}
    </>
  );
}

// Case workers are known from the load; a new one takes their first notice themself.
function Assign({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const { unit } = useSession();
  const { data } = useQuery({ queryKey: ['statistics', unit], queryFn: () => referrals.getQueueStatistics({ unit }) });
  const people = (data?.loads ?? []).filter(({ assignee }) => assignee && assignee !== notice.assignee);
  const [who, setWho] = useState('');
  const chosen = people.find(({ assignee }) => assignee === who) ?? people[0];
  const assign = useCommand((_: void, requestId) => referrals.assignNotice({
    name: notice.name, etag: notice.etag, assignee: chosen!.assignee, assigneeDisplayName: chosen!.assigneeDisplayName, requestId,
  }));
  if (people.length === 0) return null;
  return (
    <Disclosure text={t.cases.assign}>
      <Form command={assign} submit={() => assign.send()} submitText={t.cases.assign}>
        <Pick label={t.cases.assignTo} value={chosen?.assignee ?? ''} set={setWho} options={people.map(({ assignee, assigneeDisplayName, openCount }) => ({
          value: assignee, text: `${assigneeDisplayName} (${t.cases.openCases(openCount)})`,
        }))} />
      </Form>
    </Disclosure>
  );
}

function AskForInformation({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const draft = useDraft(`${notice.name}/question`, { question: '', due: toInput(addDays(today(), 7)) });
  const ask = useCommand(
    (_: void, requestId) => referrals.requestInformation({
      name: notice.name, etag: notice.etag, requestId,
      informationRequest: { question: draft.value.question.trim(), answerDueDate: fromInput(draft.value.due) },
    }),
    () => draft.forget(),
  );
  return (
    <Disclosure text={t.cases.ask}>
      <Form command={ask} submit={() => ask.send()} submitText={t.cases.sendQuestion} check={() => (draft.value.question.trim() && fromInput(draft.value.due) ? undefined : t.required)}>
        <TextArea label={t.cases.question} help={t.cases.questionHelp} value={draft.value.question} set={(question) => draft.set({ ...draft.value, question })} />
        <TextInput label={t.cases.answerDue} type="date" value={draft.value.due} set={(due) => draft.set({ ...draft.value, due })} />
      </Form>
    </Disclosure>
  );
}

function Preliminary({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const draft = useDraft(`${notice.name}/preliminary`, { reason: '', expected: toInput(addDays(today(), 21)) });
  const reply = useCommand(
    (_: void, requestId) => referrals.sendPreliminaryReply({
      name: notice.name, etag: notice.etag, requestId, preliminaryReply: { reason: draft.value.reason.trim(), expectedDate: fromInput(draft.value.expected) },
    }),
    () => draft.forget(),
  );
  return (
    <Disclosure text={t.cases.preliminary}>
      <Form command={reply} submit={() => reply.send()} submitText={t.cases.preliminary} check={() => (draft.value.reason.trim() && fromInput(draft.value.expected) ? undefined : t.required)}>
        <Paragraph>{t.cases.preliminaryText}</Paragraph>
        <TextArea label={t.cases.whyLong} value={draft.value.reason} set={(reason) => draft.set({ ...draft.value, reason })} rows={3} />
        <TextInput label={t.cases.expected} type="date" value={draft.value.expected} set={(expected) => draft.set({ ...draft.value, expected })} />
      </Form>
    </Disclosure>
  );
}

function Forward({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const units = (useUnits().data ?? []).filter(({ name }) => name !== notice.unit);
  const [unit, setUnit] = useState('');
  const [reason, setReason] = useState('');
  const to = unit || units[0]?.name || '';
  const forward = useCommand((_: void, requestId) => referrals.forwardNotice({ name: notice.name, etag: notice.etag, unit: to, reason, requestId }));
  return (
    <Disclosure text={t.cases.forward}>
      <Form command={forward} submit={() => forward.send()} submitText={t.cases.forward} check={() => (reason.trim() ? undefined : t.answers.reasonNeeded)}>
        <Paragraph>{t.cases.forwardText}</Paragraph>
        <Pick label={t.cases.forwardTo} value={to} set={setUnit} options={units.map(({ name, displayName }) => ({ value: name, text: displayName }))} />
        <TextArea label={t.reason} value={reason} set={setReason} rows={2} />
      </Form>
    </Disclosure>
  );
}

function Merge({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const [into, setInto] = useState(notice.possibleDuplicates[0] ?? '');
  const [reason, setReason] = useState('');
  const merge = useCommand((_: void, requestId) => referrals.mergeNotice({ name: notice.name, etag: notice.etag, into, reason, requestId }));
  if (notice.possibleDuplicates.length === 0) return null;
  return (
    <Disclosure text={t.cases.merge}>
      <Form command={merge} submit={() => merge.send()} submitText={t.cases.merge}>
        <Paragraph>{t.cases.mergeText}</Paragraph>
        <Pick label={t.cases.mergeInto} value={into} set={setInto} options={notice.possibleDuplicates.map((name, i) => ({
          value: name, text: name.startsWith('plans/') ? t.cases.otherPlan : t.cases.other(i + 1),
        }))} />
        <TextArea label={t.reason} value={reason} set={setReason} rows={2} required={false} />
      </Form>
    </Disclosure>
  );
}

function Reopen({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const reopen = useCommand((_: void, requestId) => referrals.reopenNotice({ name: notice.name, etag: notice.etag, reason, requestId }));
  return (
    <Form command={reopen} submit={() => reopen.send()} submitText={t.cases.reopen} check={() => (reason.trim() ? undefined : t.answers.reasonNeeded)}>
      <TextArea label={t.reason} value={reason} set={setReason} rows={2} />
    </Form>
  );
}
