// What a page shows while it waits, and when something went wrong: in plain words, with the way out.
import { Code } from '@connectrpc/connect';
import { Alert, Button, Heading, Link, Paragraph, Spinner } from '@digdir/designsystemet-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link as RouterLink } from 'react-router';

import { loginAddress, useSession } from '../app/session';
import { onLogin } from '../app/login-channel';
import { type Trouble, troubleOf } from '../api/errors';
import { pageOf } from '../api/resources';
import { type Texts, useLanguage } from '../i18n/language';

export function Loading() {
  const { t } = useLanguage();
  return <div className="loading" role="status"><Spinner aria-hidden /><span>{t.loading}</span></div>;
}

interface Query<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

// Shows what was read, or why not. What is there stays while it is read again.
export function Load<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Problem error={query.error} retry={query.refetch} quiet />;
  return <Loading />;
}

interface Saying {
  tone: 'info' | 'warning' | 'danger';
  title: string;
  text: string;
  retry?: boolean;
}

function sayingOf({ code, reason, violations }: Trouble, t: Texts): Saying {
  const p = t.problem;
  if (reason === 'QUEUE_EMPTY') return { tone: 'info', title: p.queueEmpty, text: '' };
  if (reason === 'OPEN_PLAN_EXISTS') return { tone: 'info', title: p.openPlanExists, text: '' };
  const known = (p.reasons as Record<string, string>)[reason];
  if (known) return { tone: 'warning', title: p.stateForbids, text: known };
  if (violations.length > 0) return { tone: 'warning', title: p.check, text: p.checkText };
  switch (code) {
    case Code.NotFound: return { tone: 'info', title: p.notFound, text: p.notFoundText };
    case Code.PermissionDenied: return { tone: 'info', title: p.notAllowed, text: p.notAllowedText };
    case Code.Unimplemented: return { tone: 'info', title: p.notReady, text: p.notReadyText };
    case Code.Aborted: return { tone: 'warning', title: p.changed, text: p.changedText };
    case Code.FailedPrecondition: return { tone: 'warning', title: p.stateForbids, text: p.stateForbidsText };
    case Code.ResourceExhausted: return { tone: 'warning', title: p.didNotWork, text: p.busy, retry: true };
    case Code.Unavailable:
    case Code.DeadlineExceeded: return { tone: 'warning', title: p.didNotWork, text: p.offlineText, retry: true };
    default: return { tone: 'danger', title: p.didNotWork, text: p.didNotWorkText, retry: true };
  }
}

// What somebody just tried gets the focus when it fails; what a page reads by itself (`quiet`) does not.
export function Problem({ error, retry, quiet }: { error: unknown; retry?: () => unknown; quiet?: boolean }) {
  const { t } = useLanguage();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!quiet) box.current?.focus();
  }, [error, quiet]);
  const trouble = troubleOf(error);
  if (trouble.reason === 'STEP_UP_REQUIRED') return <StepUp retry={retry} />;
  // The dialog of SessionOver says it.
  if (trouble.code === Code.Unauthenticated) return null;
  const said = sayingOf(trouble, t);
  const words = t.violations as Record<string, string>;
  return (
    <Alert data-color={said.tone} ref={box} tabIndex={-1} role={quiet ? 'status' : 'alert'}>
      <Heading level={2} data-size="xs">{said.title}</Heading>
      {said.text && <Paragraph>{said.text}</Paragraph>}
      {trouble.violations.length > 0 && (
        <ul className="bullets">
          {trouble.violations.map(({ what, description }, i) => (
            <li key={i}>{words[what] ?? <span lang="en">{description}</span>}</li>
          ))}
        </ul>
      )}
      {trouble.reason === 'OPEN_PLAN_EXISTS' && trouble.metadata.plan && (
        <Link asChild><RouterLink to={pageOf(trouble.metadata.plan)}>{t.open}</RouterLink></Link>
      )}
      {retry && said.retry && <Button data-size="sm" onClick={() => retry()}>{t.problem.tryAgain}</Button>}
    </Alert>
  );
}

// Some steps ask for a fresh login. It happens in another tab, so that nothing on this page is lost; then the
// step goes on by itself.
function StepUp({ retry }: { retry?: () => unknown }) {
  const { t } = useLanguage();
  const { provider } = useSession();
  const [done, setDone] = useState(false);
  const again = useRef(retry);
  again.current = retry;
  useEffect(() => onLogin(() => {
    setDone(true);
    again.current?.();
  }), []);
  return (
    <Alert data-color="info" role="alert">
      <Heading level={2} data-size="xs">{t.session.stepUp}</Heading>
      <Paragraph>{done ? t.session.stepUpDone : t.session.stepUpText}</Paragraph>
      {!done && (
        <Button asChild>
          <a href={loginAddress('/innlogget', provider, true)} target="_blank" rel="noreferrer">{t.session.stepUp}</a>
        </Button>
      )}
    </Alert>
  );
}
