import dayjs from 'dayjs';
import type { FieldDescription, Linked, Money } from '@/api/types';

/** What the user typed and what cannot be read as a value of the field (unfinished JSON, for example). */
export class Unreadable {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' ||
    (Array.isArray(value) && value.length === 0) ||
    (isMoney(value) && value.amount === null)
  );
}

export function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value;
}

export function isLinked(value: unknown): value is Linked {
  return typeof value === 'object' && value !== null && typeof (value as { id?: unknown }).id === 'string';
}

/** Id of a lookup's value, whether it came as an id or as an object. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'string' && value !== '') return value;
  return isLinked(value) ? value.id : null;
}

const numbers = new Map<string, Intl.NumberFormat>();

function number(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale} ${options.style ?? ''} ${options.currency ?? ''} ${String(options.minimumFractionDigits)} ${String(options.maximumFractionDigits)}`;
  let format = numbers.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    numbers.set(key, format);
  }
  return format;
}

function digits(scale: number | null | undefined, fallbackMost: number): Intl.NumberFormatOptions {
  return scale === null || scale === undefined
    ? { maximumFractionDigits: fallbackMost }
    : { minimumFractionDigits: scale, maximumFractionDigits: scale };
}

/** "US$5,000.00"; a code that Intl does not know is written before the number. */
export function formatMoney(money: Money, scale: number | null | undefined, locale: string): string {
  if (money.amount === null) return '';
  const options = digits(scale, 2);
  const code = money.currency ?? '';
  if (!/^[A-Za-z]{3}$/.test(code)) return number(locale, options).format(money.amount);
  return number(locale, { ...options, style: 'currency', currency: code, currencyDisplay: 'narrowSymbol' }).format(money.amount);
}

/** Year for a year: "1987" must not become "1,987". */
function grouping(field: FieldDescription): Intl.NumberFormatOptions {
  return /(^|_)year(_|$)/.test(field.name) ? { useGrouping: false } : {};
}

function formatNumber(field: FieldDescription, value: number, locale: string): string {
  if (field.type === 'integer') return new Intl.NumberFormat(locale, { maximumFractionDigits: 0, ...grouping(field) }).format(value);
  if (field.type === 'percent') return `${number(locale, digits(field.scale, 4)).format(value)}%`;
  return number(locale, digits(field.scale, 10)).format(value);
}

function formatDate(value: string): string {
  const date = dayjs(value);
  return date.isValid() ? date.format('ll') : value;
}

/** In the browser's time zone. */
export function formatDateTime(value: string): string {
  const date = dayjs(value);
  return date.isValid() ? date.format('ll LT') : value;
}

function picklistLabel(field: FieldDescription, value: unknown): string {
  return field.values?.find((candidate) => candidate.value === value)?.label ?? String(value);
}

/**
 * A value as plain text in the user's language: cells, titles, history, tooltips.
 * `yes` and `no` are the words for a boolean.
 */
export function formatValue(field: FieldDescription, value: unknown, locale: string, words = { yes: '✓', no: '–' }): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Unreadable) return value.text;
  switch (field.type) {
    case 'integer':
    case 'decimal':
    case 'percent':
      return typeof value === 'number' ? formatNumber(field, value, locale) : String(value);
    case 'currency':
      return isMoney(value) ? formatMoney(value, field.scale, locale) : String(value);
    case 'boolean':
      return value === true ? words.yes : words.no;
    case 'date':
      return typeof value === 'string' ? formatDate(value) : '';
    case 'datetime':
      return typeof value === 'string' ? formatDateTime(value) : '';
    case 'picklist':
      return picklistLabel(field, value);
    case 'multi_picklist':
      return Array.isArray(value) ? value.map((item) => picklistLabel(field, item)).join(', ') : String(value);
    case 'lookup':
    case 'user':
      return isLinked(value) ? (value._name ?? value.id) : typeof value === 'string' ? value : JSON.stringify(value);
    case 'json':
      return JSON.stringify(value);
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number);
  }
}

/** The form in which a value is sent: lookups as ids, empty texts as null. */
export function toWrite(field: FieldDescription, value: unknown): unknown {
  if (field.type === 'json') return value === undefined ? null : value;
  if (isEmpty(value)) return null;
  if (field.type === 'lookup' || field.type === 'user') return idOf(value);
  if (typeof value === 'string' && field.type !== 'long_text') return value.trim();
  return value;
}

/** Whether two values would be stored as the same. */
export function sameValue(field: FieldDescription, a: unknown, b: unknown): boolean {
  return JSON.stringify(toWrite(field, a)) === JSON.stringify(toWrite(field, b));
}

/** Right-aligned with even digits. */
export function isNumeric(field: FieldDescription): boolean {
  return ['integer', 'decimal', 'currency', 'percent'].includes(field.type);
}

export interface ColumnShape {
  /** Pixels when the view says nothing. */
  width: number;
  align: 'left' | 'right';
}

const WIDTHS: Record<string, number> = {
  boolean: 90, integer: 110, decimal: 120, percent: 100, currency: 140, date: 130, datetime: 180, autonumber: 120,
  picklist: 140, multi_picklist: 200, lookup: 190, user: 170, email: 210, url: 210, phone: 150, long_text: 260, json: 220,
};

/** How a column of a list shows a field. */
export function toColumn(field: FieldDescription): ColumnShape {
  return { width: WIDTHS[field.type] ?? 180, align: isNumeric(field) ? 'right' : 'left' };
}
