import type { FieldTypeDescription, OptionSchema } from '../api';
import { cleanLabel, NAME_PATTERN, type FieldDocument, type Label, type PicklistValueDocument } from '../documents';

/** Names of the fields that every record has. */
const SYSTEM = new Set(['id', 'owner_id', 'created_at', 'created_by', 'updated_at', 'updated_by', 'version', 'deleted_at']);

const FLAGS = new Set(['required', 'unique', 'index', 'searchable', 'read_only']);

/** A field as it is stored: only what was set, values without blank rows. */
export function finished(field: FieldDocument): FieldDocument {
  const entries = Object.entries(field).flatMap(([key, value]): [string, unknown][] => {
    const kept = finishedProperty(key, value);
    return kept === undefined || kept === null || kept === '' ? [] : [[key, kept]];
  });
  return { ...(Object.fromEntries(entries) as FieldDocument), name: field.name, label: cleanLabel(field.label) ?? { en: field.name } };
}

function finishedProperty(key: string, value: unknown): unknown {
  if (key === 'values') return value === undefined ? undefined : finishedValues(value as PicklistValueDocument[]);
  if (key === 'help' || key === 'label' || key.endsWith('_label')) return cleanLabel(value as Label | undefined);
  return FLAGS.has(key) && !value ? undefined : value;
}

export function finishedValues(values: readonly PicklistValueDocument[]): PicklistValueDocument[] {
  return values
    .filter((item) => item.value.trim() !== '' || cleanLabel(item.label))
    .map((item) => {
      const result: PicklistValueDocument = { ...item, value: item.value.trim(), label: cleanLabel(item.label) ?? { en: item.value.trim() } };
      if (result.active !== false) delete result.active;
      if (!result.default) delete result.default;
      return result;
    });
}

export type FieldFault = 'label_missing' | 'name_bad' | 'name_taken' | 'option_missing' | 'values_missing' | 'values_twice';

/** What keeps a field from being saved into the draft, by property. The server checks the rest. */
export function fieldDraftFaults(field: FieldDocument, type: FieldTypeDescription, taken: ReadonlySet<string>): Record<string, FieldFault> {
  const faults: Record<string, FieldFault> = {};
  if (!cleanLabel(field.label)) faults.label = 'label_missing';
  if (!NAME_PATTERN.test(field.name)) faults.name = 'name_bad';
  else if (taken.has(field.name) || SYSTEM.has(field.name)) faults.name = 'name_taken';
  for (const name of type.options.required ?? []) {
    if (field[name] === undefined || field[name] === '') faults[name] = 'option_missing';
  }
  if (hasValues(type.options)) {
    const values = finishedValues(field.values ?? []);
    if (field.picklist === undefined && values.length === 0) faults.values = 'values_missing';
    if (field.picklist === '') faults.values = 'option_missing';
    if (new Set(values.map((item) => item.value)).size < values.length) faults.values = 'values_twice';
  }
  return faults;
}

export function hasValues(options: OptionSchema): boolean {
  return options.properties?.values !== undefined && options.properties.picklist !== undefined;
}

/** A field of a type before anything is set. */
export function blankField(type: FieldTypeDescription): FieldDocument {
  const field: FieldDocument = { name: '', type: type.name, label: {} };
  if (hasValues(type.options)) field.values = [];
  for (const name of type.options.required ?? []) {
    const option = type.options.properties?.[name];
    if (option?.default !== undefined) field[name] = option.default;
  }
  if (type.name === 'currency') field.currency = 'USD';
  if (type.name === 'autonumber') field.format = '{00000}';
  return field;
}
