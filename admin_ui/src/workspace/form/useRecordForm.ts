import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { fieldFaults, isProblem } from '@/api/problem';
import { createRecord, etagOf, readRecord, updateRecord } from '@/api/records';
import type { DataRecord } from '@/api/types';
import { validateAll } from '@/fields';
import {
  conflicts, createBody, formSections, initialValues, lookupNames, rebase, updateBody, type Conflict, type FormSection, type Values,
} from './formModel';
import { refreshObject } from '../refresh';

export interface RecordForm {
  sections: FormSection[];
  values: Values;
  faults: Record<string, string[]>;
  general: string[];
  /** Set after a colleague saved first: what they changed that the user changed too. */
  clash: Conflict[] | null;
  dirty: boolean;
  saving: boolean;
  set: (name: string, value: unknown) => void;
  /** The saved record, or undefined when there are faults. */
  save: () => Promise<DataRecord | undefined>;
  reset: () => void;
}

/** State of a form that creates a record, or edits `record`. */
export function useRecordForm(object: ObjectModel, record: DataRecord | undefined, initial: Values): RecordForm {
  const { t } = useTranslation('workspace');
  const client = useQueryClient();
  const [sections] = useState(() => formSections(object, t('form.other'), record === undefined));
  const fields = sections.flatMap((section) => section.fields);
  const names = fields.map((field) => field.name);
  const [base, setBase] = useState<Values>(() => record ?? { ...initialValues(fields), ...initial });
  const [values, setValues] = useState(base);
  const [version, setVersion] = useState(record?.version);
  const [faults, setFaults] = useState<Record<string, string[]>>({});
  const [general, setGeneral] = useState<string[]>([]);
  const [clash, setClash] = useState<Conflict[] | null>(null);
  const [saving, setSaving] = useState(false);
  // One key a form: pressing save again after a lost answer does not create the record twice.
  const key = useRef(crypto.randomUUID());
  const dirty = Object.keys(updateBody(fields, base, values)).length > 0;

  const set = (name: string, value: unknown) => {
    setValues((old) => ({ ...old, [name]: value }));
    setFaults((old) => {
      const { [name]: _gone, ...rest } = old;
      return rest;
    });
    // The server remembers what it was asked with a key; another body needs another key.
    key.current = crypto.randomUUID();
  };

  const meet = async (id: string) => {
    const latest = await readRecord(object.name, id, { expand: lookupNames(object.fields) });
    setClash(conflicts(fields, base, values, latest.record));
    setValues(rebase(fields, base, values, latest.record));
    setBase(latest.record);
    setVersion(latest.record.version);
  };

  const send = async (): Promise<DataRecord | undefined> => {
    if (record === undefined) return (await createRecord(object.name, createBody(fields, values), key.current)).record;
    const body = updateBody(fields, base, values);
    if (Object.keys(body).length === 0) return record;
    return (await updateRecord(object.name, record.id, body, version === undefined ? undefined : etagOf({ version }))).record;
  };

  const save = async (): Promise<DataRecord | undefined> => {
    const found = validateAll(fields, values);
    setFaults(found);
    setGeneral([]);
    setClash(null);
    if (Object.keys(found).length > 0) return undefined;
    setSaving(true);
    try {
      const saved = await send();
      await refreshObject(client, object.name);
      return saved;
    } catch (error) {
      if (record && isProblem(error, 'stale')) await meet(record.id);
      else {
        const sorted = fieldFaults(error, names);
        setFaults(sorted.fields);
        setGeneral(sorted.general);
      }
      return undefined;
    } finally {
      setSaving(false);
    }
  };

  const reset = () => {
    const start = { ...initialValues(fields), ...initial };
    setBase(start);
    setValues(start);
    setFaults({});
    setGeneral([]);
    key.current = crypto.randomUUID();
  };

  return { sections, values, faults, general, clash, dirty, saving, set, save, reset };
}
