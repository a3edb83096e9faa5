import type { Texts } from '../i18n/language';
import type { Session } from './session';

// What stands in the main menu, by role.
export function navigationOf(session: Session, t: Texts): { to: string; text: string }[] {
  const unit = session.unit.replace('units/', '');
  switch (session.role) {
    case 'CITIZEN':
      return [
        { to: '/', text: session.actingFor ? t.plan.title : t.nav.myPlan },
        { to: '/varsler', text: t.nav.inbox },
        { to: '/meld', text: t.nav.askForPlan },
        { to: '/meldinger', text: t.nav.myNotices },
      ];
    case 'PRACTITIONER':
      return [
        { to: '/', text: t.nav.home },
        { to: '/mine-tiltak', text: t.nav.myActivities },
        { to: '/planer', text: t.nav.plans },
        { to: '/meld', text: t.nav.notify },
        { to: '/meldinger', text: t.nav.sent },
        { to: '/varsler', text: t.nav.inbox },
      ];
    case 'CASE_WORKER':
    case 'UNIT_LEADER':
      return [
        { to: `/enheter/${unit}/ko`, text: t.nav.queue },
        { to: `/enheter/${unit}/oppfolging`, text: t.nav.followUp },
        { to: `/enheter/${unit}/koordinatorer`, text: t.nav.coordinators },
        { to: `/enheter/${unit}/statistikk`, text: t.nav.statistics },
        ...(session.role === 'UNIT_LEADER' ? [{ to: `/enheter/${unit}/innsyn`, text: t.nav.logReview }] : []),
        ...(session.role === 'CASE_WORKER' ? [{ to: '/meld', text: t.nav.register }] : []),
        { to: '/varsler', text: t.nav.inbox },
      ];
    default:
      return [{ to: '/varsler', text: t.nav.inbox }];
  }
}
