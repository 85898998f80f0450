import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ProblemError, errorText } from '@/api/problem';
import { configure, importQuery, readsAs, type ColumnMapping, type Import, type ImportOptions } from './api';
import { mappingFaults, type MappingFaults } from './mapping';

const DELAY_MS = 350;
const NONE: MappingFaults = { columns: {}, key: [], general: [] };

interface Edited {
  mapping: ColumnMapping[];
  options: ImportOptions;
}

export interface MappingEditor extends Edited {
  change: (part: Partial<Edited>) => void;
  /** What the server says against the mapping as it is now. */
  faults: MappingFaults;
  saving: boolean;
  /** Saves what is not saved yet; false where the server refuses it. */
  flush: () => Promise<boolean>;
}

/** The mapping while it is edited: saved shortly after each change, one request at a time. */
export function useMappingEditor(job: Import): MappingEditor {
  const client = useQueryClient();
  const [edited, setEdited] = useState<Edited>({ mapping: job.mapping, options: job.options });
  const [faults, setFaults] = useState(NONE);
  const [saving, setSaving] = useState(false);
  const pending = useRef<Edited | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const chain = useRef<Promise<boolean>>(Promise.resolve(true));
  const stored = useRef(job.options);

  const save = useCallback(async (): Promise<boolean> => {
    const wanted = pending.current;
    if (wanted === null) return true;
    pending.current = null;
    try {
      // Another sheet has other columns: what was mapped does not fit them.
      const same = readsAs(wanted.options, stored.current);
      const saved = await configure(job.id, same ? wanted.mapping : undefined, wanted.options);
      stored.current = saved.options;
      client.setQueryData(importQuery(job.id).queryKey, saved);
      setFaults(NONE);
      // What the server filled in (how lookups are matched, a new reading of the file) is shown unless edited since.
      if (pending.current === null) setEdited({ mapping: saved.mapping, options: saved.options });
      return true;
    } catch (error) {
      setFaults(
        error instanceof ProblemError && error.errors.length > 0
          ? mappingFaults(error.errors, wanted.mapping)
          : { ...NONE, general: [errorText(error)] },
      );
      pending.current ??= wanted;
      return false;
    } finally {
      setSaving(false);
    }
  }, [client, job.id]);

  const flush = useCallback((): Promise<boolean> => {
    clearTimeout(timer.current);
    chain.current = chain.current.then(save);
    return chain.current;
  }, [save]);

  const change = useCallback(
    (part: Partial<Edited>) => {
      setEdited((old) => {
        const next = { ...old, ...part };
        pending.current = next;
        return next;
      });
      setSaving(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => { void flush(); }, DELAY_MS);
    },
    [flush],
  );
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  return { ...edited, change, faults, saving, flush };
}
