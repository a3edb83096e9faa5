import { Button, Card, Heading, Paragraph, Spinner } from '@digdir/designsystemet-react';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';

import { useLanguage } from './i18n/language';

export interface Session {
  displayName: string;
  role: string;
  organization: string;
  unit: string;
  roles: string[];
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  return useContext(SessionContext)!;
}

export function loginAddress(returnTo: string, provider?: string): string {
  const query = new URLSearchParams({ return: returnTo });
  if (provider) query.set('provider', provider);
  return `/login?${query}`;
}

async function fetchSession(): Promise<Session | null> {
  const response = await fetch('/session', { headers: { accept: 'application/json' } });
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`session: ${response.status}`);
  return response.json();
}

export async function changeRole(role: string): Promise<void> {
  await fetch('/session/role', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-ip-csrf': '1' },
    body: JSON.stringify({ role }),
  });
  window.location.assign('/');
}

export async function logOut(): Promise<void> {
  const response = await fetch('/logout', { method: 'POST', headers: { 'x-ip-csrf': '1' } });
  const body = await response.json().catch(() => ({}));
  window.location.assign(body.redirect ?? '/');
}

// Shows the page to those who are logged in and the door to everybody else.
export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useLanguage();
  const { data, isPending, error } = useQuery({ queryKey: ['session'], queryFn: fetchSession });
  if (isPending) {
    return (
      <main className="door">
        <Spinner aria-label={t.loading} />
      </main>
    );
  }
  if (data) return <SessionContext.Provider value={data}>{children}</SessionContext.Provider>;
  const here = window.location.pathname;
  return (
    <main className="door">
      <Card>
        <Heading level={1}>{t.appName}</Heading>
        <Paragraph>{error ? t.didNotWorkText : t.welcome}</Paragraph>
        <div className="buttons">
          <Button asChild>
            <a href={loginAddress(here, 'idporten')}>{t.logInCitizen}</a>
          </Button>
          <Button asChild variant="secondary">
            <a href={loginAddress(here, 'helseid')}>{t.logInProfessional}</a>
          </Button>
        </div>
      </Card>
    </main>
  );
}
