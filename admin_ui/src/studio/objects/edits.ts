import type { Filter } from '@/api/types';
import { isGroup } from '@/filters/tidy';
import type {
  AppDocument, ExtensionDocument, FieldDocument, FieldSet, Label, LayoutDocument, NavigationEntry, ObjectDocument, ViewDocument,
} from '../documents';
import { cleanLabel, isNavigationGroup, TENANT_PREFIX } from '../documents';
import type { Draft, Edit } from '../draft';

/** Everything that the Studio shows of one object. */
export interface ObjectDocuments {
  object: Draft<ObjectDocument>;
  extensions: Draft<ExtensionDocument>[];
  layouts: Draft<LayoutDocument>[];
  views: Draft<ViewDocument>[];
}

export interface NewObject {
  label: Label;
  label_plural: Label;
  name: string;
  icon: string;
  color: string;
  /** What names a record: a text that users type, or a number given by the system. */
  naming: 'text' | 'autonumber';
  name_label: Label;
}

/** The documents of a new object: itself, a page layout, a list view, and its place in an app. */
export function newObject(wanted: NewObject, app: AppDocument | undefined): Edit {
  const { name } = wanted;
  const nameField: FieldDocument = wanted.naming === 'text'
    ? { name: 'name', type: 'text', label: wanted.name_label, required: true, searchable: true, max_length: 200 }
    : { name: 'number', type: 'autonumber', label: wanted.name_label, format: `${numberPrefix(name)}-{00000}`, searchable: true };
  const object: ObjectDocument = {
    kind: 'object', name, label: cleanLabel(wanted.label) ?? { en: name }, icon: wanted.icon, color: wanted.color,
    name_field: nameField.name, features: { history: true, search: true, import: true }, fields: [nameField],
  };
  const plural = cleanLabel(wanted.label_plural);
  if (plural) object.label_plural = plural;
  return {
    put: [
      object,
      defaultLayout(object, `${fit(name, '_record')}_record`),
      defaultView(object, `${fit(name, '_all')}_all`),
      ...(app ? [{ ...app, items: [...app.items, { object: name }] }] : []),
    ],
  };
}

function fit(name: string, suffix: string): string {
  return name.slice(0, 48 - suffix.length);
}

function numberPrefix(name: string): string {
  return name.replace(/[^a-z]/g, '').slice(0, 3).toUpperCase();
}

const SYSTEM_SECTION = ['owner_id', 'created_at', 'created_by', 'updated_at', 'updated_by'];

export function defaultLayout(object: ObjectDocument, name: string, isDefault = true): LayoutDocument {
  return {
    kind: 'layout', name, label: object.label, object: object.name, default: isDefault,
    sections: [
      { name: 'details', label: { en: 'Details', 'zh-CN': '基本信息' }, columns: 2, fields: object.fields.map((field) => field.name) },
      { name: 'system', label: { en: 'Record details', 'zh-CN': '记录信息' }, columns: 2, fields: SYSTEM_SECTION },
    ],
    related: [],
  };
}

export function defaultView(object: ObjectDocument, name: string, isDefault = true): ViewDocument {
  const plural = object.label_plural ?? object.label;
  const label: Label = { en: `All ${(plural.en ?? object.name).toLowerCase()}` };
  if (plural['zh-CN']) label['zh-CN'] = `全部${plural['zh-CN']}`;
  return {
    kind: 'view', name, label, object: object.name, type: 'table', default: isDefault, position: 0,
    columns: [...object.fields.slice(0, 5).map((field) => ({ field: field.name })), { field: 'owner_id' }, { field: 'created_at' }],
    sort: [{ field: 'created_at', direction: 'desc' }],
  };
}

/** Whether new fields of the object go into an extension: the object is a package's or the platform's. */
export function isForeign(documents: Pick<ObjectDocuments, 'object'>): boolean {
  return documents.object.core || documents.object.package !== null;
}

/** Whether the admin may change the field: not those of the platform, nor those that a package adds by an extension. */
export function ownerOf(documents: ObjectDocuments, field: string): Draft<ObjectDocument> | Draft<ExtensionDocument> | undefined {
  const all = [documents.object, ...documents.extensions];
  return all.find((draft) => draft.body.fields.some((one) => one.name === field));
}

export function mayEditField(documents: ObjectDocuments, field: string): boolean {
  const owner = ownerOf(documents, field);
  return owner !== undefined && !owner.core && owner.state !== 'deleted';
}

/** All fields with the document that each stands in. */
export function fieldsOf(documents: ObjectDocuments): FieldDocument[] {
  return [documents.object, ...documents.extensions.filter((one) => one.state !== 'deleted')].flatMap((draft) => draft.body.fields);
}

export interface Placement {
  /** Names of layouts and views that show the new field. */
  layouts: string[];
  views: string[];
}

/** Adds a field; into the tenant's extension where the object is somebody else's. */
export function addField(documents: ObjectDocuments, field: FieldDocument, placement: Placement): Edit {
  const owner = isForeign(documents) ? withExtensionField(documents, field) : withField(documents.object.body, field);
  const layouts = documents.layouts.filter((layout) => placement.layouts.includes(layout.body.name)).map((layout) => inLayout(layout.body, field.name));
  const views = documents.views.filter((view) => placement.views.includes(view.body.name)).map((view) => inView(view.body, field.name));
  return { put: [owner, ...layouts, ...views] };
}

function withField(object: ObjectDocument, field: FieldDocument): ObjectDocument {
  return { ...object, fields: [...object.fields, field] };
}

function withExtensionField({ object, extensions }: ObjectDocuments, field: FieldDocument): ExtensionDocument {
  const own = extensions.find((one) => one.body.name.startsWith(TENANT_PREFIX) && one.state !== 'deleted');
  if (own) return { ...own.body, fields: [...own.body.fields, field] };
  return { kind: 'extension', name: TENANT_PREFIX + fit(object.body.name, TENANT_PREFIX), label: object.body.label, object: object.body.name, fields: [field] };
}

function inLayout(layout: LayoutDocument, field: string): LayoutDocument {
  const [first, ...rest] = layout.sections;
  if (!first) return layout;
  return { ...layout, sections: [{ ...first, fields: [...first.fields, field] }, ...rest] };
}

/** Before the columns of system fields at the end, where there are any. */
function inView(view: ViewDocument, field: string): ViewDocument {
  const tail = view.columns.findIndex((column) => SYSTEM_SECTION.includes(column.field));
  const at = tail <= 0 ? view.columns.length : tail;
  return { ...view, columns: [...view.columns.slice(0, at), { field }, ...view.columns.slice(at)] };
}

/** Replaces a field by its edited version. */
export function replaceField(documents: ObjectDocuments, field: FieldDocument): Edit {
  const owner = ownerOf(documents, field.name);
  if (!owner) return {};
  return { put: [{ ...owner.body, fields: owner.body.fields.map((one) => (one.name === field.name ? field : one)) }] };
}

/** Removes a field, and takes it out of the layouts, views and keys of its object. */
export function removeField(documents: ObjectDocuments, name: string): Edit {
  const owner = ownerOf(documents, name);
  if (!owner) return {};
  const fields = owner.body.fields.filter((field) => field.name !== name);
  const edit: Required<Edit> = { put: [], remove: [], withdraw: [] };
  if (owner.body.kind === 'extension' && fields.length === 0) edit.remove.push({ kind: 'extension', name: owner.body.name });
  else if (owner.body.kind === 'extension') edit.put.push({ ...owner.body, fields });
  else edit.put.push(withoutKeys({ ...owner.body, fields }, name));
  for (const { body, core } of documents.layouts) {
    if (!core && body.sections.some((section) => section.fields.includes(name))) edit.put.push(withoutInLayout(body, name));
  }
  for (const { body, core } of documents.views) {
    if (!core && usesField(body, name)) edit.put.push(withoutInView(body, name));
  }
  return edit;
}

function withoutKeys({ indexes, unique_keys, ...object }: ObjectDocument, name: string): ObjectDocument {
  const without = (sets: FieldSet[] | undefined) => (sets ?? []).filter((set) => !set.fields.includes(name));
  const keptIndexes = without(indexes);
  const keptKeys = without(unique_keys);
  return {
    ...object,
    ...(keptIndexes.length > 0 ? { indexes: keptIndexes } : {}),
    ...(keptKeys.length > 0 ? { unique_keys: keptKeys } : {}),
  };
}

function withoutInLayout(layout: LayoutDocument, name: string): LayoutDocument {
  return { ...layout, sections: layout.sections.map((section) => ({ ...section, fields: section.fields.filter((field) => field !== name) })) };
}

const through = (name: string) => (path: string) => path === name || path.startsWith(`${name}.`);

function usesField(view: ViewDocument, name: string): boolean {
  const uses = through(name);
  return view.columns.some((column) => uses(column.field)) || (view.sort ?? []).some((key) => uses(key.field)) ||
    JSON.stringify(view.filter ?? null).includes(`"field":"${name}`);
}

/** The filter without rules on the field and without groups that are empty then. */
function withoutRules(filter: Filter, uses: (path: string) => boolean): Filter {
  const rules: Filter['rules'] = [];
  for (const node of filter.rules) {
    if (!isGroup(node)) {
      if (!uses(node.field)) rules.push(node);
      continue;
    }
    const kept = withoutRules(node, uses);
    if (kept.rules.length > 0) rules.push(kept);
  }
  return { ...filter, rules };
}

function withoutInView(view: ViewDocument, name: string): ViewDocument {
  const uses = through(name);
  const columns = view.columns.filter((column) => !uses(column.field));
  const result: ViewDocument = { ...view, columns: columns.length > 0 ? columns : [{ field: 'created_at' }] };
  if (view.sort) result.sort = view.sort.filter((key) => !uses(key.field));
  if (view.filter) {
    const filter = withoutRules(view.filter, uses);
    if (filter.rules.length > 0) result.filter = filter;
    else delete result.filter;
  }
  return result;
}

/** Deletes an object with its layouts, views and extensions, and takes it out of the navigation of apps. */
export function removeObject(documents: ObjectDocuments, apps: readonly AppDocument[]): Edit {
  const { name } = documents.object.body;
  const remove = [documents.object, ...documents.extensions, ...documents.layouts, ...documents.views]
    .map(({ body }) => ({ kind: body.kind, name: body.name }));
  const put = apps.map((app) => withoutObject(app, name)).filter((app): app is AppDocument => app !== null);
  return { remove, put };
}

/** The app without the object; null where it does not show it. */
function withoutObject(app: AppDocument, object: string): AppDocument | null {
  const other = (entry: NavigationEntry) => entry.object !== object;
  const items = app.items.flatMap((item): AppDocument['items'] => {
    if (!isNavigationGroup(item)) return other(item) ? [item] : [];
    const kept = item.items.filter(other);
    return kept.length > 0 || item.items.length === 0 ? [{ ...item, items: kept }] : [];
  });
  return JSON.stringify(items) === JSON.stringify(app.items) ? null : { ...app, items };
}
