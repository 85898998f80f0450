import { labelIn, sameJson, type Label } from './documents';

/** One difference between two versions of a document. */
export interface Difference {
  kind: 'added' | 'removed' | 'changed' | 'moved';
  /** From the outside in: "Fields", "Serial number", "Required". Properties are keys, items of lists are their labels. */
  place: Place[];
  old?: unknown;
  new?: unknown;
}

export interface Place {
  /** A property of the document, to be translated. */
  property?: string;
  /** An item of a list, in its own words. */
  item?: string;
}

type Item = Record<string, unknown>;

const IDENTITY = ['name', 'value', 'field', 'object', 'group'];

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What tells an item of a list from the others: its name, value, field or object. */
function identity(item: unknown): string | undefined {
  if (typeof item === 'string' || typeof item === 'number') return String(item);
  if (!isItem(item)) return undefined;
  if (typeof item.object === 'string' && typeof item.field === 'string') return `${item.object}.${item.field}`;
  const key = IDENTITY.find((name) => item[name] !== undefined);
  return key === undefined ? undefined : typeof item[key] === 'string' ? item[key] : JSON.stringify(item[key]);
}

function wordsOf(item: unknown, locale: string): string {
  if (!isItem(item)) return String(item);
  if (isItem(item.label)) return labelIn(item.label as Label, locale, identity(item) ?? '');
  if (isItem(item.group)) return labelIn(item.group as Label, locale);
  return identity(item) ?? '…';
}

/** All differences of two versions, the outermost properties in the order of the new one. */
export function differences(base: unknown, body: unknown, locale: string, place: Place[] = []): Difference[] {
  if (sameJson(base, body)) return [];
  if (isItem(base) && isItem(body) && !isLabel(base) && !isLabel(body)) return ofObjects(base, body, locale, place);
  if (Array.isArray(base) && Array.isArray(body) && [...base, ...body].every((item) => identity(item) !== undefined)) {
    return ofLists(base, body, locale, place);
  }
  if (base === undefined) return [{ kind: 'added', place, new: body }];
  if (body === undefined) return [{ kind: 'removed', place, old: base }];
  return [{ kind: 'changed', place, old: base, new: body }];
}

/** A map of texts by language reads as one value. */
function isLabel(value: Item): boolean {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(key)) && 'en' in value;
}

function ofObjects(base: Item, body: Item, locale: string, place: Place[]): Difference[] {
  const keys = [...new Set([...Object.keys(body), ...Object.keys(base)])].filter((key) => key !== 'kind' && key !== 'name');
  return keys.flatMap((property) => differences(base[property], body[property], locale, [...place, { property }]));
}

function ofLists(base: unknown[], body: unknown[], locale: string, place: Place[]): Difference[] {
  const before = new Map(base.map((item) => [identity(item), item]));
  const after = new Map(body.map((item) => [identity(item), item]));
  const at = (item: unknown): Place[] => [...place, { item: wordsOf(item, locale) }];
  const result: Difference[] = [];
  for (const [key, item] of after) {
    if (!before.has(key)) result.push({ kind: 'added', place: at(item), new: isItem(item) ? undefined : item });
    else result.push(...differences(before.get(key), item, locale, at(item)));
  }
  for (const [key, item] of before) {
    if (!after.has(key)) result.push({ kind: 'removed', place: at(item), old: isItem(item) ? undefined : item });
  }
  const kept = [...after.keys()].filter((key) => before.has(key));
  const was = [...before.keys()].filter((key) => after.has(key));
  if (kept.some((key, index) => key !== was[index])) result.push({ kind: 'moved', place });
  return result;
}

/** A value of a difference in words. */
export function valueWords(value: unknown, locale: string): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'boolean') return value ? '✓' : '✗';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((item) => wordsOf(item, locale)).join(', ');
  if (isItem(value) && isLabel(value)) return Object.entries(value).map(([language, text]) => `${String(text)} (${language})`).join(', ');
  return JSON.stringify(value);
}
