import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { http } from '@/api/http';
import type { Page } from '@/api/types';

export type ImportState = 'uploaded' | 'mapped' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'undoing' | 'undone';
export type DateOrder = 'mdy' | 'dmy' | 'ymd' | 'auto';

/** What happens to one column of the file. */
export interface ColumnMapping {
  column: string;
  /** Absent: the column is left out. */
  field?: string | null;
  lookup?: { match?: string | null; create_missing?: boolean } | null;
  /** Text of a cell to the text taken for it; null for a blank cell. */
  values?: Record<string, string | null> | null;
  date_order?: DateOrder | '' | null;
  decimal?: 'point' | 'comma' | '' | null;
}

export interface ImportOptions {
  mode?: '' | 'create' | 'update' | 'upsert';
  key?: string | null;
  on_error?: 'skip' | 'stop';
  empty?: 'keep' | 'clear';
  ragged?: 'fault' | 'pad';
  encoding?: string;
  delimiter?: string;
  sheet?: string;
  header?: number;
}

export interface Import {
  id: string;
  object: string;
  file_name: string;
  format: string;
  state: ImportState;
  dry_run: boolean;
  columns: { name: string; samples: string[] }[];
  sheets: string[];
  mapping: ColumnMapping[];
  options: ImportOptions;
  total_rows: number | null;
  done_rows: number;
  created_rows: number;
  updated_rows: number;
  skipped_rows: number;
  failed_rows: number;
  error: { code?: string; message?: string } | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  created_by: string | null;
}

export interface CellFault {
  column: string | null;
  field: string | null;
  code: string;
  message: string;
}

export interface PreviewRow {
  row: number;
  cells: unknown[];
  data: Record<string, unknown>;
  faults: CellFault[];
  action: 'create' | 'update' | 'skip';
}

export interface FaultGroup extends CellFault {
  value: string | null;
  count: number;
  suggestions: string[];
}

export interface FaultRow {
  row: number;
  values: string[];
  faults: CellFault[];
}

const POLL_MS = 700;

export function isActive(state: ImportState): boolean {
  return state === 'queued' || state === 'running' || state === 'undoing';
}

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: () => http.get<Import>(`/api/imports/${id}`),
    refetchInterval: (query) => (query.state.data && isActive(query.state.data.state) ? POLL_MS : false),
  });

export const importsQuery = (object: string) =>
  queryOptions({
    queryKey: ['imports', object],
    queryFn: async () => (await http.get<{ data: Import[] }>('/api/imports', { query: { object } })).data,
  });

/** The first rows under a mapping; asked again whenever that was saved. */
export const previewQuery = (job: Import) =>
  queryOptions({
    queryKey: ['import-preview', job.id, job.mapping, job.options],
    queryFn: async () => (await http.post<{ rows: PreviewRow[] }>(`/api/imports/${job.id}/preview`, { rows: 20 })).rows,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Faults change with every run, so the finish of the run is part of the key. */
export const faultGroupsQuery = (job: Import) =>
  queryOptions({
    queryKey: ['import-fault-groups', job.id, job.finished_at],
    queryFn: async () => (await http.get<{ data: FaultGroup[] }>(`/api/imports/${job.id}/fault-groups`)).data,
    staleTime: Number.POSITIVE_INFINITY,
  });

export function readFaults(id: string, cursor: string | null): Promise<Page<FaultRow>> {
  return http.get<Page<FaultRow>>(`/api/imports/${id}/faults`, { query: { limit: 50, cursor } });
}

export type Command = 'start' | 'dry_run' | 'cancel' | 'resume' | 'undo';

/** Starts, cancels, resumes or undoes an import; the answer is shown at once. */
export function useCommand(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: Command) =>
      command === 'start' || command === 'dry_run'
        ? http.post<Import>(`/api/imports/${id}/start`, { dry_run: command === 'dry_run' })
        : http.post<Import>(`/api/imports/${id}/${command}`),
    onSuccess: (job) => {
      client.setQueryData(importQuery(id).queryKey, job);
      void client.invalidateQueries({ queryKey: ['imports', job.object] });
    },
    onError: () => client.invalidateQueries({ queryKey: importQuery(id).queryKey }),
  });
}

/** Stores options and mapping; without a mapping the server suggests one for the columns that it then finds. */
export function configure(id: string, mapping: ColumnMapping[] | undefined, options: ImportOptions): Promise<Import> {
  return http.patch<Import>(`/api/imports/${id}`, { ...(mapping ? { mapping: mapping.map(sent) } : {}), options: sentOptions(options) });
}

/** Whether both options read the same table from the file. */
export function readsAs(a: ImportOptions, b: ImportOptions): boolean {
  return (['encoding', 'delimiter', 'sheet', 'header'] as const).every((name) => a[name] === b[name]);
}

/** A column as the server takes it: without what is not set. */
export function sent(column: ColumnMapping): ColumnMapping {
  const result: ColumnMapping = { column: column.column };
  if (!column.field) return result;
  result.field = column.field;
  if (column.lookup) {
    result.lookup = { create_missing: column.lookup.create_missing ?? false };
    if (column.lookup.match) result.lookup.match = column.lookup.match;
  }
  if (column.values && Object.keys(column.values).length > 0) result.values = column.values;
  if (column.date_order) result.date_order = column.date_order;
  if (column.decimal) result.decimal = column.decimal;
  return result;
}

function sentOptions(options: ImportOptions): ImportOptions {
  const { key, ...rest } = options;
  return key ? { ...rest, key } : rest;
}
