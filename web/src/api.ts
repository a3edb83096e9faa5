// The typed clients of the suite, over the Connect protocol in binary: nothing is transcoded, and no token
// is in the browser (the session is a cookie).
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';

import { NotificationService } from './gen/individuellplan/notification/v1/notification_service_pb';
import { PlanService } from './gen/individuellplan/plan/v1/plan_service_pb';
import { ReferralService } from './gen/individuellplan/referral/v1/referral_service_pb';

const transport = createConnectTransport({
  baseUrl: '/',
  useBinaryFormat: true,
  defaultTimeoutMs: 15_000,
  interceptors: [
    (next) => (request) => {
      request.header.set('x-ip-csrf', '1');
      return next(request);
    },
  ],
});

export const plans = createClient(PlanService, transport);
export const referrals = createClient(ReferralService, transport);
export const notifications = createClient(NotificationService, transport);
