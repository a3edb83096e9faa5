import { Link } from '@digdir/designsystemet-react';

import { useLanguage } from '../i18n/language';

// Plain links: the footer also stands at the door, outside the router.
export function Footer() {
  const { t } = useLanguage();
  return (
    <footer className="footer">
      <p>{t.footer.about}</p>
      <ul>
        <li><Link href="/hjelp">{t.footer.help}</Link></li>
        <li><Link href="/tilgjengelighet">{t.footer.accessibility}</Link></li>
        <li><Link href="/personvern">{t.footer.privacy}</Link></li>
      </ul>
    </footer>
  );
}
