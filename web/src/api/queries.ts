// What pages read, and how they change it. A plan is read once and kept for a minute: each reading stands in
// the owner's access log, so pages do not read again for nothing.
import { Code } from '@connectrpc/connect';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';

import { notifications, plans } from './clients';
import { troubleOf } from './errors';

export function usePlan(id: string | undefined) {
  return useQuery({ queryKey: ['plan', id], queryFn: () => plans.getPlan({ name: `plans/${id}` }) });
}

export function usePlans(filter = '', orderBy = '') {
  return useQuery({
    queryKey: ['plans', filter, orderBy],
    queryFn: async () => (await plans.listPlans({ filter, orderBy, pageSize: 200 })).plans,
  });
}

// What is settled waits for nobody. One duty may have been reminded of several times; it waits once.
export function useWaiting() {
  return useQuery({
    queryKey: ['notifications', 'unseen'],
    queryFn: async () => {
      const answer = await notifications.listMyNotifications({ pageSize: 100, unseenOnly: true });
      return [...new Map(answer.notifications.filter(({ settled }) => !settled).map((item) => [item.obligation, item])).values()];
    },
  });
}

// A change. `retry` repeats it with the same request id, so that an answer which was lost is found again and
// nothing is done twice. Afterwards everything that was read is read anew.
export function useCommand<Input, Output>(
  run: (input: Input, requestId: string) => Promise<Output>,
  done?: (output: Output, input: Input) => void,
) {
  const queries = useQueryClient();
  const last = useRef<{ input: Input; requestId: string } | null>(null);
  const mutation = useMutation({
    mutationFn: ({ input, requestId }: { input: Input; requestId: string }) => run(input, requestId),
    onSuccess: async (output, { input }) => {
      await queries.invalidateQueries();
      done?.(output, input);
    },
    // Others were first: what they wrote is read, so that the page can show both.
    onError: async (error) => {
      if (troubleOf(error).code === Code.Aborted) await queries.invalidateQueries();
    },
  });
  const send = (input: Input) => {
    last.current = { input, requestId: crypto.randomUUID() };
    mutation.mutate(last.current);
  };
  return {
    send,
    retry: () => last.current && mutation.mutate(last.current),
    reset: mutation.reset,
    error: mutation.error,
    isPending: mutation.isPending,
    isDone: mutation.isSuccess,
    data: mutation.data,
  };
}
export type Command<Input> = Pick<ReturnType<typeof useCommand<Input, unknown>>, 'send' | 'retry' | 'error' | 'isPending' | 'isDone'>;
