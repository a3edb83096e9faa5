import '@fontsource-variable/inter/index.css';
import '@digdir/designsystemet-css/theme';
import '@digdir/designsystemet-css';
import './app.css';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Route, Routes } from 'react-router';

import { LanguageProvider } from './i18n/language';
import { Page } from './page';
import { retryable } from './problem';
import { SessionGate } from './session';
import { EvaluationView } from './views/evaluation';
import { Home } from './views/home';
import { NotFound } from './views/not-found';
import { NotificationLink } from './views/notification-link';
import { PlanView } from './views/plan';
import { QueueView } from './views/queue';

const queries = new QueryClient({
  defaultOptions: { queries: { retry: (count, error) => count < 3 && retryable(error) } },
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <LanguageProvider>
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <SessionGate>
            <Page>
              <Routes>
                <Route path="/" element={<Home />} />
                <Route path="/varsel/:notification" element={<NotificationLink />} />
                <Route path="/planer/:plan" element={<PlanView />} />
                <Route path="/planer/:plan/evalueringer/:evaluation" element={<EvaluationView />} />
                <Route path="/enheter/:unit/ko" element={<QueueView />} />
                <Route path="*" element={<NotFound />} />
              </Routes>
            </Page>
          </SessionGate>
        </BrowserRouter>
      </QueryClientProvider>
    </LanguageProvider>
  </StrictMode>,
);
