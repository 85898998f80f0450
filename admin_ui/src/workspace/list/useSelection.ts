import { useCallback, useState } from 'react';
import type { DataRecord } from '@/api/types';

export interface Selection {
  selected: ReadonlySet<string>;
  select: (ids: string[], on: boolean) => void;
  /** All rows that are loaded, or none. */
  selectAll: (on: boolean) => void;
  clear: () => void;
}

export function useSelection(rows: readonly DataRecord[]): Selection {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback((ids: string[], on: boolean) => {
    setSelected((old) => {
      const next = new Set(old);
      for (const id of ids) if (on) next.add(id); else next.delete(id);
      return next;
    });
  }, []);
  const selectAll = useCallback(
    (on: boolean) => { setSelected(on ? new Set(rows.map((row) => row.id)) : new Set()); },
    [rows],
  );
  const clear = useCallback(() => { setSelected(new Set()); }, []);
  return { selected, select, selectAll, clear };
}
