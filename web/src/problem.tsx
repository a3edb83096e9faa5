import { Alert, Button, Heading, Paragraph } from '@digdir/designsystemet-react';
import { Code, ConnectError } from '@connectrpc/connect';

import { useLanguage } from './i18n/language';
import { loginAddress } from './session';

export function retryable(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unavailable;
}

// What went wrong, in plain words, with the way out.
export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useLanguage();
  const code = error instanceof ConnectError ? error.code : Code.Unknown;
  if (code === Code.Unauthenticated) {
    return (
      <Alert data-color="info">
        <Heading level={2}>{t.sessionOver}</Heading>
        <Paragraph>{t.sessionOverText}</Paragraph>
        <Button asChild>
          <a href={loginAddress(window.location.pathname)}>{t.logInAgain}</a>
        </Button>
      </Alert>
    );
  }
  const absent = code === Code.NotFound || code === Code.PermissionDenied;
  return (
    <Alert data-color={absent ? 'info' : 'warning'}>
      <Heading level={2}>{absent ? t.notFound : t.didNotWork}</Heading>
      <Paragraph>{absent ? t.notFoundText : t.didNotWorkText}</Paragraph>
      {retry && !absent && <Button onClick={retry}>{t.tryAgain}</Button>}
    </Alert>
  );
}
