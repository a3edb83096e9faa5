// What one has sent, and how it stands.
import { Button, Link, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';

import { referrals } from '../../api/notices';
import { idOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { type NeedNotice, NeedNotice_State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
import { useLanguage } from '../../i18n/language';
import { formatTimeDay } from '../../shared/dates';
import { Empty, Page, Panel } from '../../shared/page';
import { Load } from '../../shared/state';

export const noticeColour = (state: NeedNotice_State) => {
  if (state === NeedNotice_State.AWAITING_INFO) return 'warning' as const;
  if (state === NeedNotice_State.CLOSED_DONE || state === NeedNotice_State.ACCEPTED) return 'success' as const;
  return state === NeedNotice_State.SUBMITTED || state === NeedNotice_State.IN_TRIAGE ? 'info' as const : 'neutral' as const;
};

export function MyNotices() {
  const { t } = useLanguage();
  const { role } = useSession();
  const query = useQuery({ queryKey: ['my-notices'], queryFn: async () => (await referrals.listMyNotices({ pageSize: 200 })).notices });
  return (
    <Page title={role === 'CITIZEN' ? t.nav.myNotices : t.nav.sent} lead={t.notice.sentLead}
      actions={<Button asChild><RouterLink to="/meld">{role === 'CITIZEN' ? t.nav.askForPlan : t.nav.notify}</RouterLink></Button>}>
      <Load query={query}>
        {(notices) => {
          const drafts = notices.filter(({ state }) => state === NeedNotice_State.DRAFT);
          const sent = notices.filter(({ state }) => state !== NeedNotice_State.DRAFT);
          return (
            <>
              {drafts.length > 0 && <Panel title={t.notice.drafts} tone="attention"><List notices={drafts} /></Panel>}
              <Panel title={role === 'CITIZEN' ? t.notice.list : t.nav.myNotices}>
                {sent.length === 0 ? <Empty>{t.notice.noneSent}</Empty> : <List notices={sent} />}
              </Panel>
            </>
          );
        }}
      </Load>
    </Page>
  );
}

function List({ notices }: { notices: NeedNotice[] }) {
  const { t, language } = useLanguage();
  return (
    <ul className="lines">
      {notices.map((notice) => (
        <li key={notice.name}>
          <div>
            <Link asChild><RouterLink to={`/meldinger/${idOf(notice.name)}`}>{notice.subject?.displayName}: {t.outcomes[notice.requestedOutcome]}</RouterLink></Link>
            <div className="quiet">{formatTimeDay(notice.submitTime ?? notice.createTime, language)}</div>
          </div>
          {notice.state !== NeedNotice_State.DRAFT && <Tag data-size="sm" data-color={noticeColour(notice.state)}>{t.noticeStates[notice.state]}</Tag>}
        </li>
      ))}
    </ul>
  );
}
