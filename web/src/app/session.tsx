import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';

import { actAs } from '../api/clients';
import { Loading } from '../shared/state';
import { Door } from './door';

export interface Session {
  // "persons/{person}".
  person: string;
  displayName: string;
  role: string;
  // "persons/{person}" whom they act for in this tab; empty for themselves. Not the gateway's: see actFor.
  actingFor: string;
  organization: string;
  // "units/{unit}" for those who work at one.
  unit: string;
  roles: string[];
  municipalityCode: string;
  provider: string;
  // When the identity provider last saw the person, RFC 3339.
  authTime: string;
  expiry: string;
}

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  return useContext(SessionContext)!;
}

export function loginAddress(returnTo: string, provider?: string, fresh = false): string {
  const query = new URLSearchParams({ return: returnTo });
  if (provider) query.set('provider', provider);
  if (fresh) query.set('fresh', '1');
  return `/login?${query}`;
}

export async function fetchSession(): Promise<Session | null> {
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

// Whom the person acts for in this tab. Only the two opaque names are kept, until the tab is closed; another person
// who logs in here acts for themselves.
const ACTING = 'acting-for';
function actingForOf(person: string, role: string): string {
  const [who, whom = ''] = (sessionStorage.getItem(ACTING) ?? '').split(' ');
  return role === 'CITIZEN' && who === person ? whom : '';
}

// Acts for `whom` from now on, for themselves when empty: everything is read anew.
export function actFor(person: string, whom: string): void {
  if (whom) sessionStorage.setItem(ACTING, `${person} ${whom}`);
  else sessionStorage.removeItem(ACTING);
  window.location.assign(whom ? '/meldinger' : '/');
}

export async function logOut(): Promise<void> {
  sessionStorage.removeItem(ACTING);
  const response = await fetch('/logout', { method: 'POST', headers: { 'x-ip-csrf': '1' } });
  const body = await response.json().catch(() => ({}));
  window.location.assign(body.redirect ?? '/');
}

// Shows the page to those who are logged in and the door to everybody else.
export function SessionGate({ children }: { children: ReactNode }) {
  const { data, isPending, error } = useQuery({
    queryKey: ['session'],
    queryFn: fetchSession,
    staleTime: Infinity,
    retry: false,
    // Who was logged in stays on the page when the session ends, with what they wrote: see SessionOver.
    structuralSharing: (before, now) => now ?? before,
  });
  if (isPending) return <main className="door"><Loading /></main>;
  if (!data) return <Door failed={Boolean(error)} />;
  const session = { ...data, actingFor: actingForOf(data.person, data.role) };
  actAs(session.role, session.actingFor);
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}
