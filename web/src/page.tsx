import { Button, Link, SkipLink } from '@digdir/designsystemet-react';
import { type ReactNode, useEffect } from 'react';
import { Link as RouterLink, useLocation } from 'react-router';

import { useLanguage } from './i18n/language';
import { changeRole, logOut, useSession } from './session';

export function Page({ children }: { children: ReactNode }) {
  const { t, language, setLanguage } = useLanguage();
  const session = useSession();
  const { pathname } = useLocation();
  // A new page begins at its heading, also for those who listen.
  useEffect(() => {
    window.scrollTo(0, 0);
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <>
      <SkipLink href="#content">{t.skipToContent}</SkipLink>
      <header className="header">
        <Link asChild className="logo">
          <RouterLink to="/">
            <img src="/icon.svg" alt="" width="28" height="28" />
            {t.appName}
          </RouterLink>
        </Link>
        <div className="header-tools">
          <Button variant="tertiary" data-size="sm" onClick={() => setLanguage(language === 'nb' ? 'nn' : 'nb')}>
            {t.otherLanguage}
          </Button>
          <span className="who">{session.displayName || t.loggedIn}</span>
          {session.roles.filter((role) => role !== session.role).map((role) => (
            <Button key={role} variant="tertiary" data-size="sm" onClick={() => changeRole(role)}>
              {t.switchTo} {t.roles[role as keyof typeof t.roles] ?? role}
            </Button>
          ))}
          <Button variant="secondary" data-size="sm" onClick={() => logOut()}>
            {t.logOut}
          </Button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
