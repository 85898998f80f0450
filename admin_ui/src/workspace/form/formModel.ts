import type { ObjectModel } from '@/api/model';
import type { DataRecord, FieldDescription, LayoutDescription } from '@/api/types';
import { sameValue, toWrite } from '@/fields';

export type Values = Record<string, unknown>;

export interface FormSection {
  name: string;
  label: string;
  columns: number;
  fields: FieldDescription[];
}

export function defaultLayout(object: ObjectModel): LayoutDescription | undefined {
  return object.layouts.find((layout) => layout.default) ?? object.layouts[0];
}

export function isWritable(field: FieldDescription): boolean {
  return !field.read_only && field.type !== 'autonumber';
}

/**
 * The sections of the record page; fields in no section come last, so that a new field is there before
 * anybody puts it into the layout.
 */
export function sectionsOf(object: ObjectModel, otherLabel: string): FormSection[] {
  const layout = defaultLayout(object);
  const sections = (layout?.sections ?? []).map((section) => ({
    name: section.name,
    label: section.label,
    columns: section.columns ?? 2,
    fields: section.fields.flatMap((name) => object.field.get(name) ?? []),
  }));
  const placed = new Set(sections.flatMap((section) => section.fields.map((field) => field.name)));
  const rest = object.fields.filter((field) => !field.system && !placed.has(field.name));
  if (rest.length > 0) sections.push({ name: '_other', label: otherLabel, columns: 2, fields: rest });
  return sections.filter((section) => section.fields.length > 0);
}

/** The sections of the form: only what can be written. Of the system fields only the owner, and only in an edit. */
export function formSections(object: ObjectModel, otherLabel: string, create: boolean): FormSection[] {
  return sectionsOf(object, otherLabel)
    .map((section) => ({
      ...section,
      fields: section.fields.filter((field) => isWritable(field) && (!field.system || (!create && field.name === 'owner_id'))),
    }))
    .filter((section) => section.fields.length > 0);
}

/** Defaults that the user can see and change; those that the server works out ("$me") stay with the server. */
export function initialValues(fields: readonly FieldDescription[]): Values {
  const values: Values = {};
  for (const field of fields) {
    const chosen = field.values?.filter((item) => item.default && item.active !== false).map((item) => item.value) ?? [];
    const standard = field.type === 'multi_picklist' ? (chosen.length > 0 ? chosen : undefined) : chosen[0];
    const value = field.default ?? standard;
    if (value !== undefined && value !== null && !(typeof value === 'string' && value.startsWith('$'))) values[field.name] = value;
  }
  return values;
}

/** What is sent for a new record: everything that has a value. */
export function createBody(fields: readonly FieldDescription[], values: Values): Values {
  const body: Values = {};
  for (const field of fields) {
    const value = toWrite(field, values[field.name]);
    if (value !== null || (field.default ?? null) !== null) body[field.name] = value;
  }
  return body;
}

/** What is sent for an edit: only what changed, so that a colleague's other changes stay. */
export function updateBody(fields: readonly FieldDescription[], base: Values, values: Values): Values {
  const body: Values = {};
  for (const field of fields) {
    if (!sameValue(field, base[field.name], values[field.name])) body[field.name] = toWrite(field, values[field.name]);
  }
  return body;
}

export interface Conflict {
  field: FieldDescription;
  theirs: unknown;
}

/** Fields that both the user (`values` against `base`) and a colleague (`latest` against `base`) changed, differently. */
export function conflicts(fields: readonly FieldDescription[], base: Values, values: Values, latest: DataRecord): Conflict[] {
  return fields
    .filter(
      (field) =>
        !sameValue(field, base[field.name], values[field.name]) &&
        !sameValue(field, base[field.name], latest[field.name]) &&
        !sameValue(field, values[field.name], latest[field.name]),
    )
    .map((field) => ({ field, theirs: latest[field.name] }));
}

/** The latest values with the user's own changes on top. */
export function rebase(fields: readonly FieldDescription[], base: Values, values: Values, latest: DataRecord): Values {
  const result: Values = { ...latest };
  for (const field of fields) {
    if (!sameValue(field, base[field.name], values[field.name])) result[field.name] = values[field.name];
  }
  return result;
}

/** Lookups to be expanded so that their names can be shown. */
export function lookupNames(fields: readonly FieldDescription[]): string[] {
  return fields.filter((field) => field.type === 'lookup' || field.type === 'user').map((field) => field.name);
}
