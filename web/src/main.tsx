import '@fontsource-variable/inter/index.css';
import '@digdir/designsystemet-css/theme';
import '@digdir/designsystemet-css';
import './styles/app.css';
import './styles/plan.css';
import './styles/work.css';
import './styles/print.css';

import { Code, ConnectError } from '@connectrpc/connect';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';

import { retryable } from './api/errors';
import { PublicPages } from './app/public-pages';
import { SessionGate } from './app/session';
import { setSessionOver } from './app/session-over';
import { firstTexts, LanguageProvider } from './i18n/language';
import { Loading } from './shared/state';

// Fetched while the session is being asked for.
const app = import('./app/app');
const App = lazy(() => app);

// A page that was open while a new version came: its parts are gone, so it is fetched anew.
window.addEventListener('vite:preloadError', () => window.location.reload());

// Whoever is logged out while a page is open is told once, over the page.
const onError = (error: unknown) => {
  if (error instanceof ConnectError && error.code === Code.Unauthenticated) setSessionOver(true);
};
const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: { retry: (count, error) => count < 3 && retryable(error), staleTime: 60_000, refetchOnWindowFocus: false },
    mutations: { networkMode: 'always' },
  },
});

void firstTexts.then((texts) => createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <LanguageProvider texts={texts}>
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <PublicPages>
            <SessionGate>
              <Suspense fallback={<Loading />}><App /></Suspense>
            </SessionGate>
          </PublicPages>
        </BrowserRouter>
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
));
