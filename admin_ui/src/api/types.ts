/** Shapes that depend on the tenant's documents and therefore are not in the static OpenAPI document. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A currency value. */
export interface Money {
  amount: number | null;
  currency: string | null;
}

/** A record looked up with `expand`, or with a path in `fields`. */
export interface Linked {
  id: string;
  _name: string | null;
  _deleted?: boolean;
  [field: string]: unknown;
}

/** A record as the API gives it: every readable field by name. */
export interface DataRecord {
  id: string;
  version: number;
  [field: string]: unknown;
}

export interface Page<T = DataRecord> {
  data: T[];
  next: string | null;
  count?: number;
}

export interface Rule {
  id?: string;
  field: string;
  operator: string;
  value?: unknown;
  valueSource?: 'value';
}

/** A react-querybuilder rule group: the one filter format of the platform. */
export interface Filter {
  id?: string;
  combinator: 'and' | 'or';
  not?: boolean;
  rules: (Rule | Filter)[];
}

export interface SortKey {
  field: string;
  direction?: 'asc' | 'desc';
}

export interface Column {
  field: string;
  width?: number;
}

export interface PicklistValue {
  value: string;
  label: string;
  color?: string | null;
  active?: boolean;
  default?: boolean;
}

export type FieldType =
  | 'text' | 'long_text' | 'email' | 'phone' | 'url' | 'integer' | 'decimal' | 'currency' | 'percent' | 'boolean'
  | 'date' | 'datetime' | 'picklist' | 'multi_picklist' | 'lookup' | 'user' | 'autonumber' | 'json' | 'uuid';

export interface FieldDescription {
  name: string;
  /** One of FieldType; a plugin may add more, which fall back to text. */
  type: FieldType | (string & {});
  widget: string;
  label: string;
  help?: string | null;
  required: boolean;
  unique: boolean;
  read_only: boolean;
  system: boolean;
  searchable: boolean;
  sortable: boolean;
  groupable?: boolean;
  operators: string[];
  default?: unknown;
  /** Object that a lookup or user field points to. */
  target?: string | null;
  values?: PicklistValue[] | null;
  min?: number | string | null;
  max?: number | string | null;
  min_length?: number | null;
  max_length?: number | null;
  pattern?: string | null;
  scale?: number | null;
  currency?: string | null;
  format?: string | null;
  on_delete?: string | null;
}

export interface RelatedDescription {
  object: string;
  field: string;
  name?: string | null;
  label: string;
}

export interface LayoutSection {
  name: string;
  label: string;
  columns?: number;
  fields: string[];
}

export interface RelatedList {
  object: string;
  field: string;
  label?: string;
  columns?: string[];
  sort?: SortKey[];
  limit?: number;
}

/** A layout document with its texts in the caller's language. */
export interface LayoutDescription {
  name: string;
  label: string;
  object: string;
  default?: boolean;
  sections: LayoutSection[];
  related?: RelatedList[];
}

/** A view document with its texts in the caller's language. */
export interface ViewDescription {
  name: string;
  label: string;
  description?: string;
  object: string;
  type?: 'table';
  columns: Column[];
  filter?: Filter;
  sort?: SortKey[];
  default?: boolean;
  position?: number;
}

export type Action = 'read' | 'create' | 'update' | 'delete' | 'import' | 'export';

export interface ObjectDescription {
  name: string;
  label: string;
  label_plural: string;
  description?: string | null;
  icon?: string | null;
  color?: string | null;
  name_field: string;
  features: { history?: boolean; search?: boolean; import?: boolean; files?: boolean; feed?: boolean };
  core: boolean;
  package?: string | null;
  actions: Action[];
  fields: FieldDescription[];
  related: RelatedDescription[];
  layouts: LayoutDescription[];
  views: ViewDescription[];
}

export interface AppEntry {
  object: string;
  view?: string;
}

export interface AppGroup {
  group: string;
  items: AppEntry[];
}

export interface AppDescription {
  name: string;
  label: string;
  description?: string;
  icon?: string | null;
  position?: number;
  items: (AppEntry | AppGroup)[];
}

/** Body of GET /meta/model. */
export interface Description {
  revision: number;
  locale: string;
  objects: ObjectDescription[];
  apps: AppDescription[];
  admin: boolean;
}

export interface Preferences {
  tour_done?: boolean;
  locale?: string;
  theme?: 'light' | 'dark' | 'system';
  [key: string]: unknown;
}

export interface Session {
  user: { id: string; name: string; email: string };
  tenant: { name: string; label: string };
  roles: string[];
  admin: boolean;
  preferences: Preferences;
}

export interface SavedView {
  id: string;
  object: string;
  label: string;
  definition: { columns?: Column[]; filter?: Filter | null; sort?: SortKey[] };
  shared: boolean;
  owner_id: string;
  mine: boolean;
}

export interface HistoryEntry {
  id: string;
  at: string;
  by?: { id: string; name?: string | null; _name?: string | null } | null;
  by_id?: string | null;
  action: 'created' | 'updated' | 'deleted' | 'restored' | 'purged' | 'imported';
  version: number | null;
  source?: string | null;
  changes?: Record<string, { old: unknown; new: unknown }> | null;
}
