import { api, body } from './client';
import { http, send, type RequestOptions } from './http';
import type { DataRecord, Filter, HistoryEntry, Page, SavedView, SortKey } from './types';

/** A query as `POST /api/{object}/query` takes it. */
export interface RecordQuery {
  fields?: string[];
  expand?: string[];
  filter?: Filter | null;
  sort?: SortKey[];
  cursor?: string;
  /** At most 200. */
  limit?: number;
  count?: boolean;
  q?: string;
  deleted?: 'only';
}

function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined && item !== null && item !== '')) as T;
}

export function queryRecords(object: string, query: RecordQuery, signal?: AbortSignal): Promise<Page> {
  return http.post<Page>(`/api/${object}/query`, compact(query), signal ? { signal } : {});
}

export interface Versioned {
  record: DataRecord;
  /** Value of the ETag header, to be sent back as If-Match. */
  etag: string;
}

async function versioned(response: Response): Promise<Versioned> {
  const record = (await response.json()) as DataRecord;
  return { record, etag: response.headers.get('ETag') ?? etagOf(record) };
}

export function etagOf(record: { version: number }): string {
  return `"${record.version}"`;
}

export async function readRecord(object: string, id: string, query: { fields?: string[]; expand?: string[] } = {}, signal?: AbortSignal): Promise<Versioned> {
  return versioned(await send('GET', `/api/${object}/${id}`, { query, ...(signal ? { signal } : {}) }));
}

export async function createRecord(object: string, data: object, idempotencyKey: string): Promise<Versioned> {
  return versioned(await send('POST', `/api/${object}`, { body: data, headers: { 'Idempotency-Key': idempotencyKey } }));
}

/** Throws a `stale` problem when somebody saved the record after `etag`. */
export async function updateRecord(object: string, id: string, data: object, etag?: string): Promise<Versioned> {
  const options: RequestOptions = { body: data, ...(etag === undefined ? {} : { headers: { 'If-Match': etag } }) };
  return versioned(await send('PATCH', `/api/${object}/${id}`, options));
}

export async function deleteRecord(object: string, id: string, options: { etag?: string; purge?: boolean } = {}): Promise<void> {
  await send('DELETE', `/api/${object}/${id}`, {
    ...(options.purge ? { query: { purge: true } } : {}),
    ...(options.etag === undefined ? {} : { headers: { 'If-Match': options.etag } }),
  });
}

export function restoreRecord(object: string, id: string): Promise<DataRecord> {
  return http.post<DataRecord>(`/api/${object}/${id}/restore`);
}

export function recordHistory(object: string, id: string, cursor?: string): Promise<Page<HistoryEntry>> {
  return http.get<Page<HistoryEntry>>(`/api/${object}/${id}/history`, { query: { cursor, limit: 50 } });
}

export interface Operation {
  op: 'create' | 'update' | 'delete' | 'upsert';
  object: string;
  id?: string;
  data?: object;
  if_match?: number;
}

/** All operations in one transaction, or none. */
export async function batch(operations: Operation[]): Promise<{ id: string; version: number }[]> {
  return (await http.post<{ results: { id: string; version: number }[] }>('/api/batch', { operations })).results;
}

export async function savedViews(object: string): Promise<SavedView[]> {
  return (await body(api.GET('/api/saved-views', { params: { query: { object } } }))).data as SavedView[];
}

/** An export as a file; the server streams it, the browser saves it. */
export async function exportRecords(object: string, format: 'csv' | 'xlsx', query: { columns: string[]; filter?: Filter | null; sort?: SortKey[]; q?: string }): Promise<Blob> {
  const response = await send('POST', `/api/${object}/export`, { body: compact({ format, ...query }), headers: { Accept: '*/*' } });
  return response.blob();
}

export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the blob over once the click is handled.
  setTimeout(() => { URL.revokeObjectURL(url); }, 10_000);
}
