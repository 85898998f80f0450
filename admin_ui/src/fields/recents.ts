import type { Linked } from '@/api/types';

const MOST = 6;

function key(object: string): string {
  return `tangram.recent.${object}`;
}

/** Records of an object that this browser opened or chose lately, the latest first. */
export function recents(object: string): Linked[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key(object)) ?? '[]');
    return Array.isArray(list) ? list.filter((item): item is Linked => typeof (item as Linked | null)?.id === 'string') : [];
  } catch {
    // Somebody else's or a broken entry: it is a convenience only.
    return [];
  }
}

export function remember(object: string, record: { id: string; _name: string | null }): void {
  const rest = recents(object).filter((item) => item.id !== record.id);
  localStorage.setItem(key(object), JSON.stringify([{ id: record.id, _name: record._name }, ...rest].slice(0, MOST)));
}

/** After a sign-out or a deletion nothing of it stays in the browser. */
export function forget(object: string, id: string): void {
  localStorage.setItem(key(object), JSON.stringify(recents(object).filter((item) => item.id !== id)));
}

export function forgetAll(): void {
  for (const name of Object.keys(localStorage)) if (name.startsWith('tangram.recent.')) localStorage.removeItem(name);
}
