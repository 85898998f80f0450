import { resolvePath, type Model, type ObjectModel, type ResolvedField } from '@/api/model';
import type { RecordQuery } from '@/api/records';
import type { Column, DataRecord, Filter, SavedView, SortKey, ViewDescription } from '@/api/types';
import { formatValue, toColumn } from '@/fields';

/** What a list shows, wherever it comes from: a view document, a saved view, or the user's changes to one. */
export interface ListDefinition {
  columns: Column[];
  filter: Filter | null;
  sort: SortKey[];
}

export interface ListView {
  /** `view:<name>`, `saved:<id>`, or `all` for an object without views. */
  key: string;
  label: string;
  definition: ListDefinition;
  saved?: SavedView;
}

export interface ListColumn extends ResolvedField {
  /** Path of the field, `account.sector`. */
  path: string;
  width: number;
  align: 'left' | 'right';
}

const SOME = 7;

/** Columns of an object without views: its name and the next few fields. */
export function standardColumns(object: ObjectModel): Column[] {
  const rest = object.fields.filter((field) => !field.system && field.name !== object.name_field && field.type !== 'long_text' && field.type !== 'json');
  return [{ field: object.name_field }, ...rest.slice(0, SOME - 1).map((field) => ({ field: field.name }))];
}

function ofDocument(view: ViewDescription): ListView {
  return { key: `view:${view.name}`, label: view.label, definition: { columns: view.columns, filter: view.filter ?? null, sort: view.sort ?? [] } };
}

function ofSaved(view: SavedView, object: ObjectModel): ListView {
  const { columns, filter, sort } = view.definition;
  const shown = (columns ?? []).map((column) => (typeof column === 'string' ? { field: column } : column));
  return {
    key: `saved:${view.id}`,
    label: view.label,
    definition: { columns: shown.length > 0 ? shown : standardColumns(object), filter: filter ?? null, sort: sort ?? [] },
    saved: view,
  };
}

/** Views of documents in their order, then the saved ones. Never empty. */
export function listViews(object: ObjectModel, saved: readonly SavedView[], allLabel: string): ListView[] {
  const documents = [...object.views].sort((a, b) => (a.position ?? 1e6) - (b.position ?? 1e6)).map(ofDocument);
  const all: ListView = { key: 'all', label: allLabel, definition: { columns: standardColumns(object), filter: null, sort: [] } };
  return [...(documents.length > 0 ? documents : [all]), ...saved.map((view) => ofSaved(view, object))];
}

/** The view that the address names, else the object's default. */
export function pickView(views: ListView[], object: ObjectModel, search: { view?: string; saved?: string }): ListView {
  const wanted = search.saved !== undefined ? `saved:${search.saved}` : search.view !== undefined ? `view:${search.view}` : undefined;
  const standard = object.views.find((view) => view.default);
  const found = views.find((view) => view.key === wanted) ?? views.find((view) => view.key === `view:${standard?.name ?? ''}`) ?? views[0];
  if (!found) throw new Error('an object always has a view');
  return found;
}

/** Columns whose fields exist and may be read. */
export function resolveColumns(model: Model, object: ObjectModel, columns: readonly Column[]): ListColumn[] {
  return columns.flatMap((column) => {
    const resolved = resolvePath(model, object, column.field);
    if (!resolved) return [];
    const shape = toColumn(resolved.field);
    return [{ ...resolved, path: column.field, width: column.width ?? shape.width, align: shape.align }];
  });
}

/** Both filters hold. */
export function both(a: Filter | null, b: Filter | null): Filter | null {
  if (!a || !b) return a ?? b;
  return { combinator: 'and', rules: [a, b] };
}

/** What is asked from the server to show the columns. */
export function listQuery(object: ObjectModel, columns: readonly ListColumn[], definition: ListDefinition, q: string): RecordQuery {
  const fields = new Set(['id', 'version', object.name_field]);
  const expand = new Set<string>();
  for (const column of columns) {
    fields.add(column.path);
    if (column.field.type === 'lookup' || column.field.type === 'user') expand.add(column.path);
  }
  return {
    fields: [...fields],
    expand: [...expand],
    filter: definition.filter,
    sort: definition.sort,
    ...(q === '' ? {} : { q }),
  };
}

/** Sort keys after a click on a header: ascending, descending, then the view's own order. Shift adds a key. */
export function nextSort(sort: SortKey[], field: string, add: boolean): SortKey[] {
  const at = sort.findIndex((key) => key.field === field);
  const current = sort[at];
  const next: SortKey[] =
    current === undefined ? [{ field, direction: 'asc' }] : current.direction === 'desc' ? [] : [{ field, direction: 'desc' }];
  if (!add) return next;
  return at === -1 ? [...sort, ...next].slice(-5) : sort.flatMap((key, index) => (index === at ? next : [key]));
}

export function sameDefinition(a: ListDefinition, b: ListDefinition): boolean {
  const form = (definition: ListDefinition) =>
    JSON.stringify([
      definition.columns.map((column) => [column.field, column.width ?? null]),
      definition.filter ?? null,
      definition.sort.map((key) => [key.field, key.direction ?? 'asc']),
    ]);
  return form(a) === form(b);
}

/** Text that stands for a record in messages. */
export function recordName(object: ObjectModel, record: DataRecord, locale: string): string {
  const field = object.field.get(object.name_field);
  return field ? formatValue(field, record[object.name_field], locale) : record.id;
}
