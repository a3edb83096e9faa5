import { Badge, Button, SkipLink } from '@digdir/designsystemet-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link, NavLink, useLocation, useNavigationType } from 'react-router';

import { useWaiting } from '../api/queries';
import { useLanguage } from '../i18n/language';
import { ActingFor } from './acting';
import { Footer } from './footer';
import { LanguageChoice } from './language-choice';
import { navigationOf } from './navigation';
import { Offline } from './offline';
import { changeRole, logOut, useSession } from './session';
import { SessionOver } from './session-over';

// What stands around every page.
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useLanguage();
  const { pathname } = useLocation();
  const kind = useNavigationType();
  const first = useRef(true);
  // A new page begins at its top, also for those who listen.
  useEffect(() => {
    // Not the first page, nor one that only sends on to another.
    const stays = first.current || kind === 'REPLACE';
    first.current = false;
    if (stays) return;
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }, [pathname, kind]);
  return (
    <>
      <SkipLink href="#content">{t.skipToContent}</SkipLink>
      <Header key={pathname} />
      <ActingFor />
      <Offline />
      <SessionOver />
      <main id="content" tabIndex={-1}>{children}</main>
      <Footer />
    </>
  );
}

function Header() {
  const { t } = useLanguage();
  const session = useSession();
  const waiting = useWaiting();
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const count = waiting.data?.length ?? 0;
  return (
    <header
      className="header"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        toggle.current?.focus();
      }}
    >
      <div className="header-row">
        <Link to="/" className="logo">
          <img src="/icon.svg" alt="" width="28" height="28" />
          {t.appName}
        </Link>
        <div className="wide-only"><LanguageChoice /></div>
        <Button
          ref={toggle} className="menu-button" variant="secondary" data-size="sm"
          aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}
        >
          {t.menu}
          {count > 0 && <Badge count={count} maxCount={99} data-color="danger" data-size="sm" aria-hidden />}
        </Button>
      </div>
      <div id="menu" className="menu" data-open={open}>
        <nav aria-label={t.mainNavigation}>
          <ul>
            {navigationOf(session, t).map(({ to, text }) => (
              <li key={to}>
                <NavLink to={to} end={to === '/'}>
                  {text}
                  {to === '/varsler' && count > 0 && (
                    <>
                      {' '}<Badge count={count} maxCount={99} data-color="danger" data-size="sm" aria-hidden />
                      <span className="for-ears">{t.nav.waiting(count)}</span>
                    </>
                  )}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <div className="narrow-only"><LanguageChoice /></div>
        <div className="who">
          <span><span className="quiet">{t.session.loggedInAs}</span> {session.displayName}</span>
          {session.roles.filter((role) => role !== session.role).map((role) => (
            <Button key={role} variant="tertiary" data-size="sm" onClick={() => changeRole(role)}>
              {t.session.switchTo} {t.session.roles[role as keyof typeof t.session.roles] ?? role}
            </Button>
          ))}
          <Button variant="tertiary" data-size="sm" onClick={() => logOut()}>{t.session.logOut}</Button>
        </div>
      </div>
    </header>
  );
}
