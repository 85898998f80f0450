import type { Model, ObjectModel } from '@/api/model';
import type { FieldDescription } from '@/api/types';

/** A field that a filter of an object may use: its own, or one of a record that it looks up. */
export interface FilterField {
  /** `stage`, or `account.sector`. */
  path: string;
  /** "Stage", or "Account / Sector". */
  label: string;
  /** Label of the lookup field that the path goes through; null for the object's own fields. */
  group: string | null;
  field: FieldDescription;
}

const NOT_FILTERABLE = new Set(['json']);

/** Fields of an object that can be filtered by, and those one lookup away, in the order of the object. */
export function filterFields(model: Model, object: ObjectModel): FilterField[] {
  const own = object.fields.filter(isFilterable).map((field) => ({
    path: field.name, label: field.label, group: null, field,
  }));
  return [...own, ...object.fields.flatMap((lookup) => fieldsThrough(model, lookup))];
}

function fieldsThrough(model: Model, lookup: FieldDescription): FilterField[] {
  const target = lookup.target ? model.byName.get(lookup.target) : undefined;
  if (!target) return [];
  return target.fields
    .filter((field) => isFilterable(field) && field.name !== 'id')
    .map((field) => ({
      path: `${lookup.name}.${field.name}`,
      label: `${lookup.label} / ${field.label}`,
      group: lookup.label,
      field,
    }));
}

function isFilterable(field: FieldDescription): boolean {
  return field.operators.length > 0 && !NOT_FILTERABLE.has(field.type);
}
