import { Link, Paragraph } from '@digdir/designsystemet-react';
import { useEffect } from 'react';
import { Link as RouterLink } from 'react-router';

import { tellLogin } from '../../app/login-channel';
import { useLanguage } from '../../i18n/language';
import { Page } from '../../shared/page';

// Where a login in a tab of its own ends: it tells the waiting tab and is done.
export function LoggedIn() {
  const { t } = useLanguage();
  useEffect(() => {
    tellLogin();
    window.close();
  }, []);
  return (
    <Page title={t.session.done}>
      <Paragraph>{t.session.doneText}</Paragraph>
      <Link asChild><RouterLink to="/">{t.session.doneHere}</RouterLink></Link>
    </Page>
  );
}
