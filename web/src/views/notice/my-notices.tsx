// What one has sent, and how it stands.
import { Button, Link, Tag } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';

import { referrals } from '../../api/notices';
import { idOf } from '../../api/resources';
import { useSession } from '../../app/session';
import { NeedNotice_State } from '../../gen/individuellplan/referral/v1/need_notice_pb';
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
  const { t, language } = useLanguage();
  const { role } = useSession();
  const query = useQuery({ queryKey: ['my-notices'], queryFn: async () => (await referrals.listMyNotices({ pageSize: 200 })).notices });
  return (
    <Page title={role === 'CITIZEN' ? t.nav.myNotices : t.nav.sent} lead={t.notice.sentLead}
      actions={<Button asChild><RouterLink to="/meld">{role === 'CITIZEN' ? t.nav.askForPlan : t.nav.notify}</RouterLink></Button>}>
      <Panel title={t.notice.list}>
        <Load query={query}>
          {(notices) => (notices.length === 0 ? <Empty>{t.notice.noneSent}</Empty> : (
            <ul className="lines">
              {notices.map((notice) => (
                <li key={notice.name}>
                  <div>
                    <Link asChild><RouterLink to={`/meldinger/${idOf(notice.name)}`}>{notice.subject?.displayName}: {t.outcomes[notice.requestedOutcome]}</RouterLink></Link>
                    <div className="quiet">{formatTimeDay(notice.submitTime ?? notice.createTime, language)}</div>
                  </div>
                  <Tag data-size="sm" data-color={noticeColour(notice.state)}>{t.noticeStates[notice.state]}</Tag>
                </li>
              ))}
            </ul>
          ))}
        </Load>
      </Panel>
    </Page>
  );
}
