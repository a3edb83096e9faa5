import { Heading, Link, Paragraph } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { useLanguage } from '../../i18n/language';

export function NotFound() {
  const { t } = useLanguage();
  return (
    <div className="page">
      <Heading level={1} data-size="lg">{t.problem.notFound}</Heading>
      <Paragraph>{t.problem.notFoundText}</Paragraph>
      <Link asChild><RouterLink to="/">{t.problem.toHome}</RouterLink></Link>
    </div>
  );
}
