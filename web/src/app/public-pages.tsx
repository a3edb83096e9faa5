// Pages that everybody may read, logged in or not.
import type { ReactNode } from 'react';
import { Link, useLocation } from 'react-router';

import { useLanguage } from '../i18n/language';
import { TextPage } from '../views/pages/text-page';
import { Footer } from './footer';
import { LanguageChoice } from './language-choice';

const pages = { '/hjelp': 'help', '/tilgjengelighet': 'accessibility', '/personvern': 'privacy' } as const;

export function PublicPages({ children }: { children: ReactNode }) {
  const { t } = useLanguage();
  const { pathname } = useLocation();
  const page = pages[pathname as keyof typeof pages];
  if (!page) return <>{children}</>;
  return (
    <>
      <header className="header">
        <div className="header-row">
          <Link to="/" className="logo"><img src="/icon.svg" alt="" width="28" height="28" />{t.appName}</Link>
          <LanguageChoice />
        </div>
      </header>
      <main><TextPage page={page} /></main>
      <Footer />
    </>
  );
}
