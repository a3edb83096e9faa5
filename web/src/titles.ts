import { useEffect } from 'react';

import { useLanguage } from './i18n/language';

// The tab's title. Never a person's name: it lands in the browser's history.
export function useTitle(title: string): void {
  const { t } = useLanguage();
  useEffect(() => {
    document.title = title === t.appName ? title : `${title} – ${t.appName}`;
  }, [title, t]);
}
