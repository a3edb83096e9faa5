import { Button, Card, Heading, Paragraph } from '@digdir/designsystemet-react';

import { useLanguage } from '../i18n/language';
import { useTitle } from '../shared/page';
import { Footer } from './footer';
import { LanguageChoice } from './language-choice';
import { loginAddress } from './session';

// What those see who are not logged in.
export function Door({ failed }: { failed: boolean }) {
  const { t } = useLanguage();
  useTitle(t.appName);
  const here = window.location.pathname;
  return (
    <>
      <header className="header">
        <div className="header-row">
          <span className="logo"><img src="/icon.svg" alt="" width="28" height="28" />{t.appName}</span>
          <LanguageChoice />
        </div>
      </header>
      <main className="door">
        <Card className="panel">
          <Heading level={1}>{t.appName}</Heading>
          <Paragraph data-size="lg">{failed ? t.problem.didNotWorkText : t.door.welcome}</Paragraph>
          <div className="buttons">
            <Button asChild data-size="lg">
              <a href={loginAddress(here, 'idporten')}>{t.door.logInCitizen}</a>
            </Button>
          </div>
          <Paragraph>{t.door.welcomeStaff}</Paragraph>
          <div className="buttons">
            <Button asChild variant="secondary">
              <a href={loginAddress(here, 'helseid')}>{t.door.logInProfessional}</a>
            </Button>
          </div>
          <Paragraph className="quiet">{t.door.noLogin}</Paragraph>
        </Card>
      </main>
      <Footer />
    </>
  );
}
