import { useCallback, useEffect, useRef, useState } from 'react';

// What somebody has written and not sent. It lives in this tab's memory: it survives going to another page and
// an ended session, and is gone with the tab, as it should be on a shared computer.
const drafts = new Map<string, unknown>();

window.addEventListener('beforeunload', (event) => {
  if (drafts.size > 0) event.preventDefault();
});

// Like useState, but kept under `key` until `forget`. `kept`: there was something from before.
export function useDraft<T>(key: string, initial: T) {
  const [value, setValue] = useState<T>(() => (drafts.has(key) ? (drafts.get(key) as T) : initial));
  const kept = useRef(drafts.has(key));
  const start = useRef(initial);
  useEffect(() => {
    // Another resource on the same page.
    setValue(drafts.has(key) ? (drafts.get(key) as T) : start.current);
  }, [key]);
  const set = useCallback((next: T) => {
    setValue(next);
    drafts.set(key, next);
  }, [key]);
  const forget = useCallback((next?: T) => {
    drafts.delete(key);
    kept.current = false;
    setValue(next ?? start.current);
  }, [key]);
  return { value, set, forget, kept: kept.current };
}
