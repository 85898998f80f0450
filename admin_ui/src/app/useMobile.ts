import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(max-width: 767px)');

function watch(changed: () => void): () => void {
  query.addEventListener('change', changed);
  return () => { query.removeEventListener('change', changed); };
}

/** True on a phone: one column, the navigation in a drawer, lists as cards. */
export function useMobile(): boolean {
  return useSyncExternalStore(watch, () => query.matches);
}
