// Complaints about the decision on a notice: send one, and see how they stand.
import { Paragraph } from '@digdir/designsystemet-react';
import { useState } from 'react';

import { referrals } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { useSession } from '../../app/session';
import { type NeedNotice, NoticeComplaint_GovernorDecision as CameTo, NoticeComplaint_State as State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { RenderLetterRequest_Format } from '../../gen/individuellplan/referral/v1/referral_service_pb';
import { languageCode, useLanguage } from '../../i18n/language';
import { formatDay, formatTimeDay, fromInput } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { saveFile } from '../../shared/files';
import { Choice, Disclosure, Do, Form, Pick, TextArea, TextInput } from '../../shared/form';
import { Empty, Panel } from '../../shared/page';

// As the state table allows (domain.md 7.9).
const NEXT: Partial<Record<State, State[]>> = {
  [State.RECEIVED]: [State.REVIEW],
  [State.REVIEW]: [State.UPHELD_BY_MUNICIPALITY, State.SENT_TO_COUNTY_GOVERNOR],
  [State.SENT_TO_COUNTY_GOVERNOR]: [State.DECIDED],
};

export function Complaints({ notice }: { notice: NeedNotice }) {
  const { t, language } = useLanguage();
  const { role } = useSession();
  return (
    <Panel title={t.notice.complaints} intro={role === 'CITIZEN' ? t.notice.complaintsText : undefined}>
      {notice.complaints.length === 0 && role !== 'CITIZEN' && <Empty>{t.notice.noComplaints}</Empty>}
      <ul className="lines">
        {notice.complaints.map((each) => (
          <li key={each.name} className="stacked">
            <div>
              <strong>{t.complaintStates[each.state]}{each.governorDecision > 0 && `: ${t.governorDecisions[each.governorDecision].toLowerCase()}`}</strong>
              <div>«{each.text}»</div>
              <div className="quiet">{formatTimeDay(each.receiveTime, language)}. {t.more.complaintDeadline(formatDay(each.deadlineDate, language))}{each.late && ` ${t.more.late}`}</div>
            </div>
            {role === 'CASE_WORKER' && (
              <div className="buttons">
                <Package name={each.name} />
                {(NEXT[each.state] ?? []).map((state) => <Move key={state} notice={notice} name={each.name} state={state} />)}
              </div>
            )}
          </li>
        ))}
      </ul>
      <Complain notice={notice} />
    </Panel>
  );
}

function Move({ notice, name, state }: { notice: NeedNotice; name: string; state: State }) {
  const { t } = useLanguage();
  const [came, setCame] = useState<CameTo>(CameTo.UPHELD);
  const decided = state === State.DECIDED;
  const move = useCommand((_: void, requestId) => referrals.changeNoticeComplaintState({
    name, etag: notice.etag, state, requestId, governorDecision: decided ? came : CameTo.GOVERNOR_DECISION_UNSPECIFIED,
  }));
  if (!decided) return <Do command={move} act={() => move.send()}>{t.complaintStates[state]}</Do>;
  return (
    <Disclosure text={t.complaintStates[state]}>
      <Form command={move} submit={() => move.send()} submitText={t.save}>
        <Choice label={t.complaintStates[state]} value={came} set={setCame}
          options={([1, 2, 3] as const).map((value) => ({ value: value as CameTo, text: t.governorDecisions[value] }))} />
      </Form>
    </Disclosure>
  );
}

// What the county governor gets, as one PDF.
function Package({ name }: { name: string }) {
  const { t, language } = useLanguage();
  const render = useCommand(
    (_: void) => referrals.renderComplaintPackage({ name, format: RenderLetterRequest_Format.PDF, language: languageCode(language) }),
    ({ content, contentType }) => saveFile(new Uint8Array(content), contentType, 'klagesak.pdf'),
  );
  return <Do command={render} act={() => render.send()} variant="tertiary">{t.notice.package}</Do>;
}

function Complain({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  const empty = { basis: notice.decision?.legalBases[0] ?? 1, known: '', text: '' };
  const draft = useDraft(`${notice.name}/complaint`, empty);
  const { value } = draft;
  const send = useCommand(
    (_: void, requestId) => referrals.createNoticeComplaint({
      parent: notice.name, requestId, complaint: { legalBasis: value.basis, decisionKnownDate: fromInput(value.known), text: value.text.trim() },
    }),
    () => draft.forget(empty),
  );
  if (send.isDone) return <Paragraph role="status">{t.more.complaintSent}</Paragraph>;
  return (
    <Disclosure text={t.more.complain}>
      <Form command={send} submit={() => send.send()} submitText={t.more.sendComplaint}
        check={() => (value.text.trim() && fromInput(value.known) ? undefined : t.more.complaintNeeds)}>
        <Paragraph>{t.more.complainText}</Paragraph>
        <Pick label={t.more.law} value={value.basis} set={(basis) => draft.set({ ...value, basis })}
          options={Object.entries(t.legalBases).filter(([, text]) => text).map(([code, text]) => ({ value: Number(code), text }))} />
        <TextInput label={t.more.known} help={t.more.knownHelp} type="date" value={value.known} set={(known) => draft.set({ ...value, known })} />
        <TextArea label={t.more.complaintWords} value={value.text} set={(text) => draft.set({ ...value, text })} />
      </Form>
    </Disclosure>
  );
}
