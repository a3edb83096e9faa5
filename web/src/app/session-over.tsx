import { Button, Dialog, Heading, Link, Paragraph } from '@digdir/designsystemet-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';

import { lastCallTime } from '../api/clients';
import { useLanguage } from '../i18n/language';
import { fetchSession, loginAddress, useSession } from './session';
import { onLogin } from './login-channel';

// Set when a call was answered with "not logged in": the page stays with all that was written.
let over = false;
const listeners = new Set<() => void>();
export function setSessionOver(value: boolean): void {
  over = value;
  listeners.forEach((listener) => listener());
}
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

const IDLE = 30 * 60_000; // as the gateway has it
const WARN_BEFORE = 2 * 60_000;

function useSoonOver(): [boolean, () => void] {
  const [soon, setSoon] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => setSoon(Date.now() - lastCallTime() > IDLE - WARN_BEFORE), 10_000);
    return () => clearInterval(timer);
  }, []);
  return [soon, () => setSoon(false)];
}

export function SessionOver() {
  const { t } = useLanguage();
  const session = useSession();
  const queries = useQueryClient();
  const isOver = useSyncExternalStore(subscribe, () => over);
  const [soon, notSoon] = useSoonOver();
  useEffect(() => onLogin(() => {
    setSessionOver(false);
    void queries.invalidateQueries();
  }), [queries]);
  if (isOver) {
    return (
      <Dialog open closeButton={false} closedby="none" aria-labelledby="session-over">
        <Heading level={2} id="session-over">{t.session.over}</Heading>
        <Paragraph>{t.session.overText}</Paragraph>
        <div className="buttons">
          <Button asChild>
            <a href={loginAddress('/innlogget', session.provider)} target="_blank" rel="noreferrer">{t.session.logInNewTab}</a>
          </Button>
        </div>
        <Paragraph>
          <Link href={loginAddress(window.location.pathname, session.provider)}>{t.session.logInHere}</Link>
        </Paragraph>
      </Dialog>
    );
  }
  const stay = async () => {
    if (!(await fetchSession())) return setSessionOver(true);
    notSoon();
    await queries.invalidateQueries({ queryKey: ['notifications'] });
  };
  return (
    <Dialog open={soon} closeButton={false} onClose={() => void stay()} aria-labelledby="session-soon">
      <Heading level={2} id="session-soon">{t.session.soon}</Heading>
      <Paragraph>{t.session.soonText}</Paragraph>
      <div className="buttons"><Button onClick={() => void stay()}>{t.session.stay}</Button></div>
    </Dialog>
  );
}
