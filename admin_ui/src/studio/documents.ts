import type { Column, Filter, SortKey } from '@/api/types';

/** Texts by language; English is always there. */
export type Label = Record<string, string>;

export interface PicklistValueDocument {
  value: string;
  label: Label;
  color?: string;
  active?: boolean;
  default?: boolean;
}

/** A field of an object document; options beyond these depend on its type. */
export interface FieldDocument {
  name: string;
  type: string;
  label: Label;
  help?: Label;
  required?: boolean;
  unique?: boolean;
  index?: boolean;
  searchable?: boolean;
  read_only?: boolean;
  default?: unknown;
  values?: PicklistValueDocument[];
  picklist?: string;
  object?: string;
  [option: string]: unknown;
}

interface Named {
  name: string;
  label: Label;
  description?: Label;
}

export interface FieldSet {
  fields: string[];
}

export interface ObjectDocument extends Named {
  kind: 'object';
  label_plural?: Label;
  icon?: string;
  color?: string;
  name_field: string;
  features?: Record<string, boolean>;
  fields: FieldDocument[];
  indexes?: FieldSet[];
  unique_keys?: FieldSet[];
}

export interface ExtensionDocument extends Omit<Named, 'label'> {
  kind: 'extension';
  label?: Label;
  object: string;
  fields: FieldDocument[];
}

export interface PicklistDocument extends Named {
  kind: 'picklist';
  values: PicklistValueDocument[];
}

export interface SectionDocument {
  name: string;
  label: Label;
  columns?: number;
  fields: string[];
}

export interface RelatedDocument {
  object: string;
  field: string;
  label?: Label;
  columns?: string[];
  sort?: SortKey[];
  limit?: number;
}

export interface LayoutDocument extends Named {
  kind: 'layout';
  object: string;
  default?: boolean;
  sections: SectionDocument[];
  related?: RelatedDocument[];
}

export interface ViewDocument extends Named {
  kind: 'view';
  object: string;
  type?: 'table';
  columns: Column[];
  filter?: Filter;
  sort?: SortKey[];
  default?: boolean;
  position?: number;
}

export interface NavigationEntry {
  object: string;
  view?: string;
}

export interface NavigationGroup {
  group: Label;
  items: NavigationEntry[];
}

export interface AppDocument extends Named {
  kind: 'app';
  icon?: string;
  position?: number;
  items: (NavigationEntry | NavigationGroup)[];
}

/** A document of a kind that the Studio has no editor for. */
export interface OtherDocument {
  kind: string;
  name: string;
  label?: Label;
  [property: string]: unknown;
}

export interface ByKind {
  object: ObjectDocument;
  extension: ExtensionDocument;
  picklist: PicklistDocument;
  layout: LayoutDocument;
  view: ViewDocument;
  app: AppDocument;
}

export type Kind = keyof ByKind;
export type KnownDocument = ByKind[Kind];
export type AnyDocument = KnownDocument | OtherDocument;

export interface DocumentKey {
  kind: string;
  name: string;
}

/** The text of a label in the reader's language, else in English, else in any. */
export function labelIn(label: Label | undefined, locale: string, fallback = ''): string {
  return label?.[locale] ?? label?.en ?? Object.values(label ?? {})[0] ?? fallback;
}

/** A label without blank languages; English is filled from another language so that the document is valid. */
export function cleanLabel(label: Label | undefined): Label | undefined {
  const entries = Object.entries(label ?? {}).map(([locale, text]) => [locale, text.trim()] as const).filter(([, text]) => text !== '');
  if (entries.length === 0) return undefined;
  const clean = Object.fromEntries(entries);
  return clean.en === undefined ? { en: entries[0]?.[1] ?? '', ...clean } : clean;
}

/** "Installed on" -> `installed_on`; empty where the text has no Latin letter to begin with. */
export function suggestName(text: string): string {
  const plain = text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+/, '').slice(0, 48).replace(/_+$/, '');
}

/** The name, or the name with a number, whichever is free. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  if (!taken(name)) return name;
  for (let number = 2; ; number += 1) {
    const suffix = `_${number}`;
    const candidate = name.slice(0, 48 - suffix.length) + suffix;
    if (!taken(candidate)) return candidate;
  }
}

export const NAME_PATTERN = /^[a-z][a-z0-9_]{0,47}$/;

/** What a tenant adds to the objects of others carries this prefix. */
export const TENANT_PREFIX = 'x__';

/** A plural for English labels, as a suggestion: Company -> Companies. */
export function pluralOf(text: string): string {
  if (text === '') return '';
  if (/[^aeiou]y$/i.test(text)) return `${text.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/i.test(text) ? `${text}es` : `${text}s`;
}

/** Whether two JSON values are the same, whatever the order of their properties. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left).filter((key) => left[key] !== undefined);
  if (keys.length !== Object.keys(right).filter((key) => right[key] !== undefined).length) return false;
  return keys.every((key) => sameJson(left[key], right[key]));
}

export function isNavigationGroup(item: NavigationEntry | NavigationGroup): item is NavigationGroup {
  return 'group' in item;
}

/** Takes the item at one place to another. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const copy = [...items];
  const [item] = copy.splice(from, 1);
  if (item !== undefined) copy.splice(to, 0, item);
  return copy;
}
