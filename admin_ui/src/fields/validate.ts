import i18n from 'i18next';
import type { FieldDescription } from '@/api/types';
import { isEmpty, isMoney, Unreadable } from './format';

const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@.]+(\.[^\s@.]+)+$/;
const PHONE = /^\+?[\d\s().\-/]{3,30}$/;

function fault(key: string, values: Record<string, unknown> = {}): string {
  return i18n.t(`workspace:validation.${key}`, values);
}

function isUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function checkText(field: FieldDescription, text: string): string | undefined {
  const length = [...text].length;
  if (typeof field.min_length === 'number' && length < field.min_length) return fault('minLength', { count: field.min_length });
  if (typeof field.max_length === 'number' && length > field.max_length) return fault('maxLength', { count: field.max_length });
  if (field.pattern && !matches(field.pattern, text)) return fault('pattern');
  if (field.type === 'email' && !EMAIL.test(text)) return fault('email');
  if (field.type === 'phone' && !PHONE.test(text)) return fault('phone');
  if (field.type === 'url' && !isUrl(text)) return fault('url');
  return undefined;
}

/** A pattern that this browser cannot read is left to the server. */
function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(text);
  } catch {
    return true;
  }
}

function checkNumber(field: FieldDescription, value: number): string | undefined {
  if (!Number.isFinite(value)) return fault('number');
  if (field.type === 'integer' && !Number.isInteger(value)) return fault('integer');
  if (typeof field.min === 'number' && value < field.min) return fault('min', { value: field.min });
  if (typeof field.max === 'number' && value > field.max) return fault('max', { value: field.max });
  return undefined;
}

function checkDate(field: FieldDescription, value: string): string | undefined {
  // ISO forms of one kind compare as text.
  if (typeof field.min === 'string' && value < field.min) return fault('min', { value: field.min });
  if (typeof field.max === 'string' && value > field.max) return fault('max', { value: field.max });
  return undefined;
}

/**
 * What is wrong with a value before it is sent, in the user's language; undefined when nothing is.
 * The server checks again, and more: uniqueness, references, phone numbers of a region.
 */
export function validate(field: FieldDescription, value: unknown): string | undefined {
  if (value instanceof Unreadable) return fault('json');
  if (isEmpty(value)) return field.required ? fault('required', { label: field.label }) : undefined;
  switch (field.type) {
    case 'text':
    case 'long_text':
    case 'email':
    case 'phone':
    case 'url':
      return checkText(field, typeof value === 'string' ? value.trim() : String(value as number));
    case 'integer':
    case 'decimal':
    case 'percent':
      return typeof value === 'number' ? checkNumber(field, value) : fault('number');
    case 'currency':
      return isMoney(value) && typeof value.amount === 'number' ? checkNumber(field, value.amount) : fault('number');
    case 'date':
    case 'datetime':
      return typeof value === 'string' ? checkDate(field, value) : undefined;
    default:
      return undefined;
  }
}

/** Faults of a whole form by field name. */
export function validateAll(fields: readonly FieldDescription[], values: Record<string, unknown>): Record<string, string[]> {
  const faults: Record<string, string[]> = {};
  for (const field of fields) {
    const found = validate(field, values[field.name]);
    if (found !== undefined) faults[field.name] = [found];
  }
  return faults;
}
