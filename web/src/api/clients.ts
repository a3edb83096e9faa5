// The typed clients of the suite, over the Connect protocol in binary: nothing is transcoded, and no token
// is in the browser (the session is a cookie). Those that not every page needs have files of their own: the
// description of their messages is fetched with the first page that calls them.
import { createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';

import { NotificationService } from '../gen/individuellplan/notification/v1/notification_service_pb';
import { PlanService } from '../gen/individuellplan/plan/v1/plan_service_pb';

// In which of their roles the person acts, and for whom ("persons/{person}", empty for themselves). Sent with each
// call, so that a fresh login in another tab, which begins in the first role, changes nothing here.
let acting = { role: '', for: '' };
export function actAs(role: string, whom: string): void {
  acting = { role, for: whom };
}

// When the last call was answered: the session idles out from here.
let lastCall = Date.now();
export function lastCallTime(): number {
  return lastCall;
}

const headers: Interceptor = (next) => async (request) => {
  request.header.set('x-ip-csrf', '1');
  if (acting.role) request.header.set('x-role', acting.role);
  if (acting.for) request.header.set('x-acting-for', acting.for);
  const response = await next(request);
  lastCall = Date.now();
  return response;
};

export const transport = createConnectTransport({
  baseUrl: '/',
  useBinaryFormat: true,
  defaultTimeoutMs: 15_000,
  interceptors: [headers],
});

export const plans = createClient(PlanService, transport);
export const notifications = createClient(NotificationService, transport);
