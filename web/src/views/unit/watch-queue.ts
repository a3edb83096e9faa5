// The queue, live: its content and then each change, going on from the last cursor when the line breaks.
import { ConnectError, Code } from '@connectrpc/connect';
import { useEffect, useRef, useState } from 'react';

import { referrals } from '../../api/notices';
import type { QueueItem } from '../../gen/individuellplan/referral/v1/referral_service_pb';

export interface LiveQueue {
  items: QueueItem[];
  // Everything that stood there at the start has come.
  complete: boolean;
  error: unknown;
  // Names of what came or changed while one looked.
  fresh: Set<string>;
}

const pause = (ms: number, signal: AbortSignal) => new Promise<void>((resolve) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); });
});

export function useLiveQueue(unit: string): LiveQueue {
  const [state, setState] = useState<LiveQueue>({ items: [], complete: false, error: null, fresh: new Set() });
  const items = useRef(new Map<string, QueueItem>());
  useEffect(() => {
    const abort = new AbortController();
    items.current = new Map();
    const fresh = new Set<string>();
    let complete = false;
    let waiting = false;
    // Many events of one moment are one change of the page.
    const show = (error: unknown = null) => {
      if (waiting && !error) return;
      waiting = true;
      queueMicrotask(() => {
        waiting = false;
        if (!abort.signal.aborted) setState({ items: [...items.current.values()], complete, error, fresh: new Set(fresh) });
      });
    };
    void (async () => {
      let after = '';
      for (let tries = 0; !abort.signal.aborted; tries++) {
        try {
          for await (const event of referrals.watchQueue({ unit, after }, { signal: abort.signal, timeoutMs: 0 })) {
            tries = 0;
            if (event.cursor) after = event.cursor;
            if (event.snapshotComplete) complete = true;
            if (event.item) {
              if (event.removed) items.current.delete(event.item.name);
              else items.current.set(event.item.name, event.item);
              if (complete) fresh.add(event.item.name);
            }
            if (complete) show();
          }
        } catch (error) {
          const code = ConnectError.from(error).code;
          if (code === Code.InvalidArgument || code === Code.OutOfRange) after = '';
          else if (code !== Code.Unavailable && code !== Code.DeadlineExceeded && code !== Code.Canceled && code !== Code.Unknown) {
            show(error);
            return;
          }
        }
        await pause(Math.min(500 * 2 ** tries, 10_000), abort.signal);
      }
    })();
    return () => abort.abort();
  }, [unit]);
  return state;
}

// Most pressing first, as ListQueue orders: urgent ones, then by deadline, then by age.
export function byPressure(a: QueueItem, b: QueueItem): number {
  const deadline = ({ clock }: QueueItem) => (clock?.deadlineDate ? clock.deadlineDate.year * 10_000 + clock.deadlineDate.month * 100 + clock.deadlineDate.day : 99_999_999);
  const start = ({ clock }: QueueItem) => Number(clock?.startTime?.seconds ?? 0n);
  return b.urgency - a.urgency || deadline(a) - deadline(b) || start(a) - start(b);
}
