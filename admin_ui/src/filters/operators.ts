import type { FieldDescription } from '@/api/types';

/** How many values an operator compares with. */
export type Arity = 'none' | 'one' | 'many' | 'pair';

const ARITY: Record<string, Arity> = {
  null: 'none', notNull: 'none', in: 'many', notIn: 'many', between: 'pair', notBetween: 'pair',
};

/** Order in which operators are offered, the most used first. */
const ORDER = [
  '=', '!=', 'contains', 'doesNotContain', 'beginsWith', 'doesNotBeginWith', 'endsWith', 'doesNotEndWith',
  '>', '>=', '<', '<=', 'between', 'notBetween', 'in', 'notIn', 'null', 'notNull',
];

export function arityOf(operator: string): Arity {
  return ARITY[operator] ?? 'one';
}

/** Operators of a field in the order of the menu; a plugin's own come last. */
export function operatorsOf(field: FieldDescription): string[] {
  const rank = (operator: string) => {
    const at = ORDER.indexOf(operator);
    return at === -1 ? ORDER.length : at;
  };
  return [...field.operators].sort((a, b) => rank(a) - rank(b));
}

/** What a new rule on the field begins with: text is searched, a choice is one of several. */
export function defaultOperator(field: FieldDescription): string {
  const wanted = isTextual(field) ? ['contains', '='] : hasChoices(field) ? ['in', '='] : ['='];
  return wanted.find((operator) => field.operators.includes(operator)) ?? operatorsOf(field)[0] ?? '=';
}

export function isTextual(field: FieldDescription): boolean {
  return ['text', 'long_text', 'email', 'phone', 'url', 'autonumber'].includes(field.type);
}

export function isNumeric(field: FieldDescription): boolean {
  return ['integer', 'decimal', 'currency', 'percent'].includes(field.type);
}

export function isTemporal(field: FieldDescription): boolean {
  return field.type === 'date' || field.type === 'datetime';
}

export function hasChoices(field: FieldDescription): boolean {
  return field.type === 'picklist' || field.type === 'multi_picklist';
}

/** Key of the operator's words: dates read "after", numbers read ">". */
export function operatorKey(operator: string, field: FieldDescription | undefined): string {
  const dated = field && isTemporal(field) && ['=', '<', '<=', '>', '>='].includes(operator);
  return `operator.${dated ? 'date.' : ''}${WORDS[operator] ?? operator}`;
}

const WORDS: Record<string, string> = { '=': 'eq', '!=': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };
