import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useModel, type ObjectModel } from '@/api/model';
import { queryRecords } from '@/api/records';
import type { HistoryEntry, Linked } from '@/api/types';
import { idOf, isLinked } from '@/fields';
import { recordName } from '../list/listModel';

const MOST = 100;

/** Ids of lookups in the old and new values, by the object that they point to. */
function wanted(object: ObjectModel, entries: readonly HistoryEntry[]): Map<string, string[]> {
  const ids = new Map<string, Set<string>>();
  for (const entry of entries) {
    for (const [name, change] of Object.entries(entry.changes ?? {})) {
      const target = object.field.get(name)?.target;
      if (!target) continue;
      for (const value of [change.old, change.new]) {
        const id = idOf(value);
        if (id !== null && !isLinked(value)) ids.set(target, (ids.get(target) ?? new Set()).add(id));
      }
    }
  }
  return new Map([...ids].map(([target, set]) => [target, [...set].sort().slice(0, MOST)]));
}

/** History keeps ids; people want names. A record that is gone keeps its id. */
export function useLinkedNames(object: ObjectModel, entries: readonly HistoryEntry[]): (target: string, value: unknown) => unknown {
  const { i18n } = useTranslation();
  const model = useModel();
  const asked = [...wanted(object, entries)].filter(([target]) => model.byName.has(target));
  const answers = useQueries({
    queries: asked.map(([target, ids]) => ({
      queryKey: ['names', target, ids],
      staleTime: 60_000,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const described = model.byName.get(target);
        if (!described) return new Map<string, Linked>();
        const page = await queryRecords(
          target,
          { fields: ['id', described.name_field], filter: { combinator: 'and', rules: [{ field: 'id', operator: 'in', value: ids }] }, limit: MOST },
          signal,
        );
        return new Map(page.data.map((record) => [record.id, { id: record.id, _name: recordName(described, record, i18n.resolvedLanguage ?? 'en') }]));
      },
    })),
  });
  const names = new Map<string, Linked>(answers.flatMap((answer) => [...(answer.data ?? [])]));
  return (_target, value) => {
    const id = idOf(value);
    return id === null || isLinked(value) ? value : (names.get(id) ?? value);
  };
}
