import type { Model, ObjectModel } from '@/api/model';
import { pointerParts, type ProblemFault } from '@/api/problem';
import type { FieldDescription } from '@/api/types';
import type { ColumnMapping, ImportOptions } from './api';

/** Fields that a file can fill: what users can write, the owner, and the id to find records by. */
export function importableFields(object: ObjectModel): FieldDescription[] {
  const named = object.fields.filter((field) => !field.system && !field.read_only && field.type !== 'autonumber');
  const system = ['owner_id', 'id'].flatMap((name) => object.field.get(name) ?? []);
  return [...named, ...system];
}

/** Fields that tell which record a row is: unique ones that a column goes into. */
export function keyFields(object: ObjectModel, mapping: readonly ColumnMapping[]): FieldDescription[] {
  const used = new Set(mapping.map((column) => column.field));
  return object.fields.filter((field) => used.has(field.name) && (field.unique || field.name === 'id'));
}

/** Fields of a linked object that its records can be found by: the name first. */
export function matchFields(model: Model, field: FieldDescription): FieldDescription[] {
  const target = field.target ? model.byName.get(field.target) : undefined;
  if (!target) return [];
  const name = target.field.get(target.name_field);
  const others = target.fields.filter((one) => one !== name && (one.unique || one.name === 'id' || one.type === 'email') && !one.target);
  return name ? [name, ...others] : others;
}

/** Maps a column to a field; another column that had the field lets go of it. */
export function assign(mapping: readonly ColumnMapping[], index: number, field: string | null): ColumnMapping[] {
  return mapping.map((column, at) => {
    if (at === index) return field === null ? { column: column.column } : { column: column.column, field, ...(column.values ? { values: column.values } : {}) };
    return field !== null && column.field === field ? { column: column.column } : column;
  });
}

/** Takes `to` for the cell text `from` of a column; null empties the cell. */
export function mapValue(mapping: readonly ColumnMapping[], column: string, from: string, to: string | null): ColumnMapping[] {
  return mapping.map((one) => (one.column === column ? { ...one, values: { ...one.values, [from]: to } } : one));
}

/** The options after the mapping has changed: a key that no column goes into any more is no key. */
export function fitOptions(object: ObjectModel, mapping: readonly ColumnMapping[], options: ImportOptions): ImportOptions {
  const keys = keyFields(object, mapping).map((field) => field.name);
  if (options.key && !keys.includes(options.key)) {
    const { key: _gone, ...rest } = options;
    return { ...rest, mode: 'create' };
  }
  return options;
}

export interface MappingFaults {
  /** Messages by the name of the column. */
  columns: Record<string, string[]>;
  key: string[];
  general: string[];
}

/** Sorts the faults of a refused mapping to their places. */
export function mappingFaults(faults: readonly ProblemFault[], mapping: readonly ColumnMapping[]): MappingFaults {
  const result: MappingFaults = { columns: {}, key: [], general: [] };
  for (const fault of faults) {
    const [part, index] = pointerParts(fault.pointer);
    const column = part === 'mapping' && index !== undefined ? mapping[Number(index)]?.column : undefined;
    if (column !== undefined) (result.columns[column] ??= []).push(fault.message);
    else if (part === 'options') result.key.push(fault.message);
    else result.general.push(fault.message);
  }
  return result;
}

/** Rows a second and seconds left of a running import; null until there is enough to tell. */
export function pace(done: number, total: number | null, startedAt: string | null, now: number): { rate: number; left: number | null } | null {
  if (startedAt === null || done === 0) return null;
  const seconds = (now - Date.parse(startedAt)) / 1000;
  if (seconds < 0.5) return null;
  const rate = done / seconds;
  return { rate, left: total === null ? null : Math.max(0, (total - done) / rate) };
}
