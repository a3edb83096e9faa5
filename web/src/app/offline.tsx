import { Alert, Heading, Paragraph } from '@digdir/designsystemet-react';
import { useSyncExternalStore } from 'react';

import { useLanguage } from '../i18n/language';

function subscribe(changed: () => void): () => void {
  window.addEventListener('online', changed);
  window.addEventListener('offline', changed);
  return () => {
    window.removeEventListener('online', changed);
    window.removeEventListener('offline', changed);
  };
}

export function Offline() {
  const { t } = useLanguage();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status">
      {!online && (
        <Alert data-color="warning" className="banner">
          <Heading level={2} data-size="xs">{t.offline.title}</Heading>
          <Paragraph>{t.offline.text}</Paragraph>
        </Alert>
      )}
    </div>
  );
}
