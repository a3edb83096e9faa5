import { Heading, Link, Paragraph } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { useLanguage } from '../i18n/language';
import { useTitle } from '../titles';

export function NotFound() {
  const { t } = useLanguage();
  useTitle(t.notFound);
  return (
    <>
      <Heading level={1}>{t.notFound}</Heading>
      <Paragraph>{t.notFoundText}</Paragraph>
      <Link asChild>
        <RouterLink to="/">{t.toHome}</RouterLink>
      </Link>
    </>
  );
}
