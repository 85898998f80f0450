import type { FieldDescription } from '@/api/types';
import { arityOf, isTemporal } from './operators';

export const ME = '$me';

const RELATIVE = /^\$today(?:([+-])(\d{1,5})d)?$/;

/** Days from today of a date that moves with the calendar (`$today-7d` -> -7), or null for anything else. */
export function parseRelative(value: unknown): number | null {
  const match = typeof value === 'string' ? RELATIVE.exec(value) : null;
  if (!match) return null;
  const days = Number(match[2] ?? 0);
  return match[1] === '-' ? 0 - days : days;
}

/** -7 -> `$today-7d`. */
export function formatRelative(days: number): string {
  const whole = Math.min(Math.abs(Math.trunc(days)), 99999);
  if (whole === 0) return '$today';
  return `$today${days < 0 ? '-' : '+'}${whole}d`;
}

/** Whether a value of a filter is a day with its time; a day alone stands for all of its moments. */
export function isMoment(value: unknown): boolean {
  return typeof value === 'string' && value.length > 'YYYY-MM-DD'.length && parseRelative(value) === null;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Whether a value is enough for its operator; a rule without it is not sent to the server. */
export function isComplete(operator: string, value: unknown): boolean {
  switch (arityOf(operator)) {
    case 'none':
      return true;
    case 'many':
      return Array.isArray(value) && value.some((item) => !isBlank(item));
    case 'pair':
      return Array.isArray(value) && value.length === 2 && value.every((item) => !isBlank(item));
    case 'one':
      return !isBlank(value) && !Array.isArray(value);
  }
}

/** Keeps as much of a value as fits when the operator of its rule changes. */
export function adaptValue(value: unknown, operator: string): unknown {
  const items = (Array.isArray(value) ? (value as unknown[]) : [value]).filter((item) => !isBlank(item));
  switch (arityOf(operator)) {
    case 'none':
      return null;
    case 'many':
      return items;
    case 'pair':
      return [items[0] ?? null, items[1] ?? null];
    case 'one':
      return items[0] ?? null;
  }
}

/** The value of a new rule. */
export function initialValue(field: FieldDescription, operator: string): unknown {
  if (field.type === 'boolean' && arityOf(operator) === 'one') return true;
  if (isTemporal(field) && arityOf(operator) === 'pair') return ['$today-30d', '$today'];
  return adaptValue(null, operator);
}
