import { Link, Paragraph } from '@digdir/designsystemet-react';
import { Link as RouterLink } from 'react-router';

import { useLanguage } from '../../i18n/language';

export function NotFound() {
  const { t } = useLanguage();
  return (
    <div className="page">
      <h1>{t.problem.notFound}</h1>
      <Paragraph>{t.problem.notFoundText}</Paragraph>
      <Link asChild><RouterLink to="/">{t.problem.toHome}</RouterLink></Link>
    </div>
  );
}
