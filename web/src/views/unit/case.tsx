// One case: the notice, what can be done with it, letters, complaints, and every step that was taken.
import { Alert, Link, Paragraph, Tag } from '@digdir/designsystemet-react';
import { Link as RouterLink, useParams } from 'react-router';

import { useNotice } from '../../api/notices';
import { pageOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { type NeedNotice, NeedNotice_State as State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { formatDate, formatTime, formatTimeDay } from '../../shared/dates';
import { Facts, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';
import { Complaints } from '../notice/complaints';
import { NoticeFacts } from '../notice/my-notice';
import { noticeColour } from '../notice/my-notices';
import { CaseActions } from './case-actions';
import { ClockBar } from './clock-bar';
import { Letters } from './letters';

export function CaseView() {
  const { t, language } = useLanguage();
  const { notice: id } = useParams();
  const { unit, role } = useSession();
  const query = useNotice(id);
  const notice = query.data;
  return (
    <Page title={t.cases.title} heading={notice?.subject?.displayName} lead={notice && t.outcomes[notice.requestedOutcome]}
      back={{ to: `/enheter/${unit.replace('units/', '')}/ko`, text: t.queue.title }}
      actions={notice && <Tag data-color={noticeColour(notice.state)}>{t.noticeStates[notice.state]}</Tag>}>
      <Load query={query}>
        {(found) => (
          <div className="case">
            <div>
              {found.possibleDuplicates.length > 0 && <Duplicates notice={found} />}
              <Panel title={t.cases.need}><NoticeFacts notice={found} /></Panel>
              {found.informationRequest && (
                <Panel title={t.cases.asked}>
                  <blockquote className="quote">{found.informationRequest.question}</blockquote>
                  {found.informationRequest.answer
                    ? <Facts facts={[[t.notice.yourAnswer, <span key="a" className="pre">{found.informationRequest.answer}</span>]]} />
                    : <Paragraph>{t.cases.answerBy}</Paragraph>}
                </Panel>
              )}
            </div>
            <aside>
              <Panel title={t.cases.clock}>
                {!found.decision && <ClockBar clock={found.clock} />}
                <Facts facts={[
                  [t.cases.deadline, <CaseDate key="d" date={found.clock?.deadlineDate} />],
                  [t.cases.decided, formatTimeDay(found.decision?.decideTime, language)],
                  [t.cases.has, found.assigneeDisplayName || t.queue.nobodyHas],
                  [t.cases.plan, found.acceptance?.plan && role === 'CASE_WORKER' && t.cases.steps[found.acceptance.step]],
                  [t.plan.coordinator, found.acceptance?.coordinatorDisplayName],
                  [t.cases.reasons, found.decision?.reasons],
                ]} />
              </Panel>
              <CaseActions key={found.etag} notice={found} />
            </aside>
            <div>
              <Letters notice={found} />
              {(found.decision || found.complaints.length > 0) && <Complaints notice={found} />}
              <History notice={found} />
            </div>
          </div>
        )}
      </Load>
    </Page>
  );
}

function CaseDate({ date }: { date?: { year: number; month: number; day: number } }) {
  const { language } = useLanguage();
  return <span className="capital">{formatDate(date, language)}</span>;
}

function Duplicates({ notice }: { notice: NeedNotice }) {
  const { t } = useLanguage();
  return (
    <Alert data-color="warning">
      <Paragraph>{t.cases.duplicates(notice.possibleDuplicates.length)}</Paragraph>
      <ul className="inline-list">
        {notice.possibleDuplicates.map((name, i) => (
          <li key={name}>{name.startsWith('notices/') ? <Link asChild><RouterLink to={pageOf(name)}>{t.cases.other(i + 1)}</RouterLink></Link> : t.cases.otherPlan}</li>
        ))}
      </ul>
    </Alert>
  );
}

function History({ notice }: { notice: NeedNotice }) {
  const { t, language } = useLanguage();
  const words = t.noticeActions as Record<string, string>;
  return (
    <Panel title={t.cases.history}>
      <ol className="lines">
        {notice.history.map(({ time, actorDisplayName, action, state, reason }, i) => (
          <li key={i}>
            <div>
              <strong>{words[action] ?? t.noticeStates[state]}</strong>
              <div className="quiet">{[formatTime(time, language), actorDisplayName].filter(Boolean).join(' · ')}</div>
              {reason && <div>{reason}</div>}
            </div>
          </li>
        ))}
      </ol>
      {notice.state === State.FORWARDED && <Paragraph>{t.cases.forwarded}</Paragraph>}
    </Panel>
  );
}
