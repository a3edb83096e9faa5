// Notices of need and the units that receive them.
import { createClient } from '@connectrpc/connect';
import { useQuery } from '@tanstack/react-query';

import { ReferralService } from '../gen/individuellplan/referral/v1/referral_service_pb';
import { transport } from './clients';

export const referrals = createClient(ReferralService, transport);

export function useNotice(id: string | undefined) {
  return useQuery({ queryKey: ['notice', id], queryFn: () => referrals.getNotice({ name: `notices/${id}` }) });
}

export function useUnits() {
  return useQuery({
    queryKey: ['units'],
    staleTime: Infinity,
    queryFn: async () => (await referrals.listUnits({ pageSize: 200 })).units,
  });
}
