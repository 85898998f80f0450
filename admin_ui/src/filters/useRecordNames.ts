import { useQueries } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { http } from '@/api/http';
import { useModel, type Model } from '@/api/model';
import type { DataRecord, Page } from '@/api/types';

const MOST = 100;

/** Records found by their names, for a selector. `q` empty gives the first ones. */
export async function findRecords(model: Model, object: string, q: string, signal?: AbortSignal): Promise<Option[]> {
  const target = model.byName.get(object);
  if (!target) return [];
  const page = await http.get<Page>(`/api/${object}`, {
    query: { fields: `id,${target.name_field}`, q, limit: 30, ...(q === '' ? { sort: target.name_field } : {}) },
    ...(signal ? { signal } : {}),
  });
  return page.data.map((record) => ({ value: record.id, label: nameIn(record, target.name_field) }));
}

export interface Option {
  value: string;
  label: string;
}

function nameIn(record: DataRecord, nameField: string): string {
  const name = record[nameField];
  return name === null || name === undefined || name === '' ? record.id : String(name);
}

async function namesOf(model: Model, object: string, ids: string[], signal: AbortSignal): Promise<Record<string, string>> {
  const target = model.byName.get(object);
  if (!target) return {};
  const body = {
    fields: ['id', target.name_field],
    filter: { combinator: 'and', rules: [{ field: 'id', operator: 'in', value: ids.slice(0, MOST) }] },
    limit: MOST,
  };
  const page = await http.post<Page>(`/api/${object}/query`, body, { signal });
  return Object.fromEntries(page.data.map((record) => [record.id, nameIn(record, target.name_field)]));
}

/** Looks up the names of records by id: `nameOf(object, id)` answers once they have arrived. */
export function useRecordNames(wanted: Map<string, Set<string>>): (object: string, id: string) => string | undefined {
  const model = useModel();
  const asked = [...wanted].map(([object, ids]) => ({ object, ids: [...ids].sort() })).filter(({ ids }) => ids.length > 0);
  const answers = useQueries({
    queries: asked.map(({ object, ids }) => ({
      queryKey: ['record-names', object, ids],
      queryFn: ({ signal }: { signal: AbortSignal }) => namesOf(model, object, ids, signal),
      staleTime: 60_000,
    })),
    combine: (results) => results.map((result) => result.data),
  });
  const key = JSON.stringify(asked.map(({ object }) => object));
  const names = useMemo(() => {
    const objects = JSON.parse(key) as string[];
    return new Map(objects.map((object, index) => [object, answers[index] ?? {}]));
  }, [key, answers]);
  return useCallback((object: string, id: string) => names.get(object)?.[id], [names]);
}
