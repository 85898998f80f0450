import { errorText } from '@/api/problem';
import { batch, queryRecords, type Operation, type RecordQuery } from '@/api/records';

/** Operations of one transaction. */
const CHUNK = 100;

export interface Failure {
  id: string;
  reason: string;
}

export interface BulkResult {
  /** Ids that were written. */
  done: string[];
  failed: Failure[];
}

/**
 * Runs operations in chunks, each one transaction. A chunk that is refused is taken apart, so that one bad record
 * does not hold back the others.
 * @param onProgress called with the number of records that are settled
 * @param stopped asked before each chunk
 */
export async function runBulk(operations: Operation[], onProgress: (settled: number) => void, stopped: () => boolean): Promise<BulkResult> {
  const result: BulkResult = { done: [], failed: [] };
  const settle = () => { onProgress(result.done.length + result.failed.length); };
  for (let at = 0; at < operations.length && !stopped(); at += CHUNK) {
    const chunk = operations.slice(at, at + CHUNK);
    try {
      await batch(chunk);
      result.done.push(...chunk.map((operation) => operation.id ?? ''));
    } catch (error) {
      await oneByOne(chunk, error, result, stopped, settle);
    }
    settle();
  }
  return result;
}

async function oneByOne(chunk: Operation[], first: unknown, result: BulkResult, stopped: () => boolean, settle: () => void): Promise<void> {
  const [only] = chunk;
  if (chunk.length === 1 && only) {
    result.failed.push({ id: only.id ?? '', reason: errorText(first) });
    return;
  }
  for (const operation of chunk) {
    if (stopped()) return;
    try {
      await batch([operation]);
      result.done.push(operation.id ?? '');
    } catch (error) {
      result.failed.push({ id: operation.id ?? '', reason: errorText(error) });
    }
    settle();
  }
}

/** Ids of every record that a list's question matches, page by page. */
export async function allIds(object: string, query: RecordQuery, onProgress: (loaded: number) => void): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof queryRecords>> = await queryRecords(object, {
      ...query, fields: ['id'], expand: [], limit: 200, ...(cursor === null ? {} : { cursor }),
    });
    ids.push(...page.data.map((record) => record.id));
    cursor = page.next;
    onProgress(ids.length);
  } while (cursor !== null);
  return ids;
}

/** Values of one field of many records, as they are now: what an undo puts back. */
export async function valuesOf(object: string, ids: readonly string[], field: string): Promise<Map<string, unknown>> {
  const values = new Map<string, unknown>();
  for (let at = 0; at < ids.length; at += CHUNK) {
    const filter = { combinator: 'and' as const, rules: [{ field: 'id', operator: 'in', value: ids.slice(at, at + CHUNK) }] };
    const page = await queryRecords(object, { fields: ['id', field], filter, limit: CHUNK });
    for (const record of page.data) values.set(record.id, record[field]);
  }
  return values;
}

/** Runs `work` for every item, at most `width` at a time. Rejects with the first fault, after the others are settled. */
export async function pool<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  let failure: { error: unknown } | undefined;
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined && !failure; item = queue.shift()) {
      try {
        await work(item);
      } catch (error) {
        failure = { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failure) throw failure.error;
}
