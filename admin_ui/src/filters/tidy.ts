import type { Filter, Rule } from '@/api/types';
import { isComplete } from './values';
import { arityOf } from './operators';

export function isGroup(node: Rule | Filter): node is Filter {
  return 'rules' in node;
}

/**
 * The filter as it is stored and sent: no editor ids, no rules without a value, no empty groups.
 * Null when nothing is left, which means "everything".
 */
export function tidy(filter: Filter | null | undefined): Filter | null {
  if (!filter) return null;
  const rules = filter.rules.map((node) => (isGroup(node) ? tidy(node) : tidyRule(node))).filter((node) => node !== null);
  if (rules.length === 0) return null;
  return { combinator: filter.combinator, ...(filter.not ? { not: true } : {}), rules };
}

function tidyRule({ field, operator, value }: Rule): Rule | null {
  if (field === '' || !isComplete(operator, value)) return null;
  return arityOf(operator) === 'none' ? { field, operator } : { field, operator, value };
}

export function ruleCount(filter: Filter | null | undefined): number {
  if (!filter) return 0;
  return filter.rules.reduce((sum, node) => sum + (isGroup(node) ? ruleCount(node) : 1), 0);
}

/** Whether two filters mean the same to the server. */
export function sameFilter(a: Filter | null | undefined, b: Filter | null | undefined): boolean {
  return JSON.stringify(tidy(a)) === JSON.stringify(tidy(b));
}
