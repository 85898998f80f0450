import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '@/api/problem';
import type { Operation } from '@/api/records';
import { pool, runBulk } from './bulk';

const batch = vi.hoisted(() => vi.fn<(operations: Operation[]) => Promise<unknown>>());
vi.mock('@/api/records', () => ({ batch, queryRecords: vi.fn() }));

const operations = (count: number): Operation[] =>
  Array.from({ length: count }, (_, index) => ({ op: 'delete', object: 'account', id: String(index) }));
const refusal = new ProblemError({ type: 'urn:tangram:problem:conflict', title: 'In use', status: 409 });

afterEach(() => { batch.mockReset(); });

describe('a bulk change', () => {
  it('is sent in chunks and reports its progress', async () => {
    batch.mockResolvedValue([]);
    const seen: number[] = [];
    const result = await runBulk(operations(250), (settled) => { seen.push(settled); }, () => false);
    expect(batch).toHaveBeenCalledTimes(3);
    expect(result.done).toHaveLength(250);
    expect(seen).toEqual([100, 200, 250]);
  });

  it('goes on without the records that are refused', async () => {
    batch.mockImplementation((list) => (list.some((one) => one.id === '1') ? Promise.reject(refusal) : Promise.resolve([])));
    const result = await runBulk(operations(3), () => undefined, () => false);
    expect(result).toEqual({ done: ['0', '2'], failed: [{ id: '1', reason: 'In use' }] });
  });

  it('stops between chunks when it is told to', async () => {
    batch.mockResolvedValue([]);
    const result = await runBulk(operations(250), () => undefined, () => batch.mock.calls.length >= 1);
    expect(result.done).toHaveLength(100);
  });
});

describe('pool', () => {
  it('works on every item and rejects with the first fault', async () => {
    const seen: number[] = [];
    await pool([1, 2, 3], 2, (item) => { seen.push(item); return Promise.resolve(); });
    expect(seen.sort()).toEqual([1, 2, 3]);
    await expect(pool([1, 2], 1, () => Promise.reject(refusal))).rejects.toBe(refusal);
  });
});
