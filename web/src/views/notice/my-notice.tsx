// One notice as who sent it (or whom it is about) sees it: received, taken, decided, coordinator.
import { Link, Paragraph } from '@digdir/designsystemet-react';
import { Link as RouterLink, useParams } from 'react-router';

import { referrals, useNotice } from '../../api/notices';
import { useCommand } from '../../api/queries';
import { pageOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { ConsentBasis_Kind, type NeedNotice, NeedNotice_State as State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { formatDate, formatDay, formatPhone, formatTime, formatTimeDay } from '../../shared/dates';
import { useDraft } from '../../shared/draft';
import { Disclosure, Do, Form, TextArea } from '../../shared/form';
import { Facts, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import { Issued, OpenPdf } from '../unit/letters';
import { Complaints } from './complaints';

export function MyNotice() {
  const { t } = useLanguage();
  const { notice: id } = useParams();
  const query = useNotice(id);
  const { role } = useSession();
  return (
    <Page title={t.notice.one} heading={query.data?.subject?.displayName} back={{ to: '/meldinger', text: role === 'CITIZEN' ? t.nav.myNotices : t.nav.sent }}>
      <Load query={query}>{(notice) => <Body notice={notice} />}</Load>
    </Page>
  );
}

const OVER: State[] = [State.CLOSED_DONE, State.REJECTED_NOT_ELIGIBLE, State.DECLINED_BY_USER, State.FORWARDED, State.MERGED, State.WITHDRAWN, State.ENTERED_IN_ERROR];

function Body({ notice }: { notice: NeedNotice }) {
  const { t, language } = useLanguage();
  const { role } = useSession();
  const { name, etag } = notice;
  const withdraw = useCommand((_: void, requestId) => referrals.withdrawNotice({ name, etag, requestId }));
  const submit = useCommand((_: void, requestId) => referrals.submitNotice({ name, etag, requestId }));
  const taken = notice.state !== State.DRAFT && notice.state !== State.SUBMITTED;
  const decided = Boolean(notice.decision) || OVER.includes(notice.state);
  return (
    <>
      {notice.state === State.AWAITING_INFO && notice.informationRequest && <AnswerUnit notice={notice} />}
      {notice.state === State.DRAFT && (
        <Panel title={t.noticeStates[1]} tone="attention">
          <Paragraph>{t.notice.draftText}</Paragraph>
          <div className="buttons"><Do command={submit} act={() => submit.send()} variant="primary">{t.notice.send}</Do></div>
        </Panel>
      )}
      <Panel title={t.notice.progressTitle}>
        <ol className="track">
          <Step done={Boolean(notice.submitTime)} text={t.notice.track.received} when={formatTime(notice.submitTime, language)} />
          <Step done={taken} text={t.notice.track.taken} when={notice.assigneeDisplayName} />
          <Step done={decided} text={decided ? t.noticeStates[notice.state] : t.notice.track.decided}
            when={decided ? formatTimeDay(notice.decision?.decideTime, language) : notice.clock?.deadlineDate && t.notice.by(formatDay(notice.clock.deadlineDate, language))} />
          {!OVER.includes(notice.state) || notice.state === State.CLOSED_DONE ? (
            <Step done={notice.state === State.CLOSED_DONE} text={t.notice.track.coordinator} when={notice.acceptance?.coordinatorDisplayName ?? ''} />
          ) : null}
        </ol>
        {notice.decision?.reasons && <Paragraph>{notice.decision.reasons}</Paragraph>}
        {notice.preliminaryReplies.map(({ reason, expectedDate, replyTime }, i) => (
          <Paragraph key={i}>{t.notice.preliminary(formatTimeDay(replyTime, language), formatDate(expectedDate, language))} {reason}</Paragraph>
        ))}
        {notice.acceptance?.plan && role === 'CITIZEN' && <Link asChild><RouterLink to={pageOf(notice.acceptance.plan)}>{t.notice.openPlan}</RouterLink></Link>}
      </Panel>
      <Panel title={t.notice.content}><NoticeFacts notice={notice} /></Panel>
      {notice.submitTime && (
        <Panel title={t.letters.title} intro={role === 'CITIZEN' ? undefined : t.letters.receiptText}>
          <ul className="lines">
            <li><div>{t.letters.kinds[1]}</div><OpenPdf name={`${notice.name}/letters/receipt`} /></li>
          </ul>
          {role === 'CITIZEN' && <Issued letters={notice.letters.filter(({ name: letter }) => !letter.endsWith('/receipt'))} />}
        </Panel>
      )}
      {role === 'CITIZEN' && (decided || notice.complaints.length > 0) && <Complaints notice={notice} />}
      {!OVER.includes(notice.state) && (
        <Disclosure text={t.notice.withdraw} variant="tertiary">
          <Paragraph>{t.notice.withdrawText}</Paragraph>
          <div className="buttons"><Do command={withdraw} act={() => withdraw.send()} tone="danger" variant="primary">{t.notice.withdrawYes}</Do></div>
        </Disclosure>
      )}
    </>
  );
}

function Step({ done, text, when }: { done: boolean; text: string; when?: string }) {
  return <li data-done={done}><span aria-hidden>{done && '✓'}</span><div><strong>{text}</strong>{when && <div className="quiet">{when}</div>}</div></li>;
}

function AnswerUnit({ notice }: { notice: NeedNotice }) {
  const { t, language } = useLanguage();
  const draft = useDraft(`${notice.name}/answer`, '');
  const answer = useCommand(
    (text: string, requestId) => referrals.provideInformation({ name: notice.name, etag: notice.etag, answer: text, requestId }),
    () => draft.forget(''),
  );
  return (
    <Panel title={t.obligations[12]} tone="attention">
      <blockquote className="quote">{notice.informationRequest?.question}</blockquote>
      <Paragraph>{t.answers.answerBy(formatDate(notice.informationRequest?.answerDueDate, language))}</Paragraph>
      <Form command={answer} submit={() => answer.send(draft.value.trim())} submitText={t.notice.sendAnswer} check={() => (draft.value.trim() ? undefined : t.required)}>
        <TextArea label={t.notice.yourAnswer} value={draft.value} set={draft.set} />
      </Form>
    </Panel>
  );
}

export function NoticeFacts({ notice }: { notice: NeedNotice }) {
  const { t, language } = useLanguage();
  // Who asked for themself knows by whom and why.
  const own = useSession().role === 'CITIZEN' && notice.consentBasis?.kind === ConsentBasis_Kind.OWN_REQUEST;
  const phones = [...new Set([notice.notifier?.phone, notice.subject?.phone].filter((phone) => phone !== undefined && phone !== ''))] as string[];
  return (
    <Facts facts={[
      [t.notice.wanted, t.outcomes[notice.requestedOutcome]],
      [t.notice.why, <span key="n" className="pre">{notice.needDescription}</span>],
      [t.notice.areas, notice.lifeAreas.map((area) => t.areas[area]).join(', ')],
      [t.notice.services, notice.currentServices.join(', ')],
      [t.notice.urgent, notice.urgencyReason],
      [t.notice.observed, formatDay(notice.needObservedDate, language)],
      [t.notice.from, !own && [notice.notifier?.displayName, notice.notifier?.relation, notice.notifier?.organizationDisplayName, t.sources[notice.notifier?.source ?? 0]].filter(Boolean).join(', ')],
      [t.phone, phones.length > 0 && <span key="p" className="inline-list">{phones.map((phone) => <Link key={phone} href={`tel:${phone.replace(/\s/g, '')}`}>{formatPhone(phone)}</Link>)}</span>],
      [t.notice.consent, !own && [t.notice.consents[notice.consentBasis?.kind ?? 0], formatDay(notice.consentBasis?.consentDate, language), notice.consentBasis?.explanation].filter(Boolean).join(', ')],
      [t.notice.told, notice.consentBasis?.kind !== ConsentBasis_Kind.OWN_REQUEST && [formatDay(notice.rightsInformation?.givenDate, language), notice.rightsInformation?.givenBy].filter(Boolean).join(', ')],
    ]} />
  );
}
