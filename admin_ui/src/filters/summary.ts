import dayjs from 'dayjs';
import type { TFunction } from 'i18next';
import type { Model, ObjectModel } from '@/api/model';
import { resolvePath } from '@/api/model';
import type { FieldDescription, Filter, Money, Rule } from '@/api/types';
import { arityOf, operatorKey } from './operators';
import { isGroup } from './tidy';
import { isMoment, ME, parseRelative } from './values';

/** What is needed to put a filter into words. */
export interface Wording {
  model: Model;
  object: ObjectModel;
  /** Of the `filters` namespace. */
  t: TFunction<'filters'>;
  /** Name of a record looked up, once known. */
  nameOf?: (object: string, id: string) => string | undefined;
}

/** One part of the top level of a filter, in words. */
export interface Chip {
  /** Position among the rules of the filter. */
  index: number;
  text: string;
}

/** The filter as chips: one for each rule or group at its top. */
export function chips(filter: Filter | null | undefined, wording: Wording): Chip[] {
  if (!filter) return [];
  if (filter.not) return [{ index: -1, text: describe(filter, wording) }];
  return filter.rules.map((node, index) => ({ index, text: describeNode(node, wording) }));
}

/** The whole filter as one sentence. */
export function describe(filter: Filter, wording: Wording): string {
  const words = filter.rules
    .map((node) => (isGroup(node) && node.rules.length > 1 && !node.not ? `(${describe(node, wording)})` : describeNode(node, wording)))
    .join(wording.t(filter.combinator === 'or' ? 'join.or' : 'join.and'));
  return filter.not ? wording.t('summary.not', { words }) : words;
}

function describeNode(node: Rule | Filter, wording: Wording): string {
  return isGroup(node) ? describe(node, wording) : describeRule(node, wording);
}

function describeRule(rule: Rule, wording: Wording): string {
  const { t, model, object } = wording;
  const found = resolvePath(model, object, rule.field);
  const label = found?.label ?? rule.field;
  const operator = t(operatorKey(rule.operator, found?.field) as 'operator.eq');
  const arity = arityOf(rule.operator);
  if (arity === 'none') return t('summary.bare', { field: label, operator });
  const words = (Array.isArray(rule.value) ? (rule.value as unknown[]) : [rule.value]).map((value) => valueText(value, found?.field, wording));
  const value = arity === 'pair' ? words.join(t('join.pair')) : words.join(t('join.list'));
  return t('summary.rule', { field: label, operator, value });
}

/** One value of a rule in the reader's words. */
export function valueText(value: unknown, field: FieldDescription | undefined, wording: Wording): string {
  const { t } = wording;
  if (value === ME) return t('value.me');
  const days = parseRelative(value);
  if (days !== null) return relativeText(days, t);
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no');
  if (value === null || value === undefined || value === '') return '…';
  if (typeof value === 'object') return moneyText(value as Money);
  if (field?.values) return field.values.find((item) => item.value === value)?.label ?? String(value);
  if (field?.target && typeof value === 'string') return wording.nameOf?.(field.target, value) ?? '…';
  if (typeof value === 'number') return value.toLocaleString(wording.model.locale);
  if (field?.type === 'date') return dayjs(String(value)).format('ll');
  if (field?.type === 'datetime') return dayjs(String(value)).format(isMoment(value) ? 'lll' : 'll');
  return String(value);
}

function moneyText({ amount, currency }: Money): string {
  return [amount, currency].filter((part) => part !== null && part !== undefined).join(' ');
}

export function relativeText(days: number, t: TFunction<'filters'>): string {
  if (days === 0) return t('value.today');
  if (days === -1) return t('value.yesterday');
  if (days === 1) return t('value.tomorrow');
  return t(days < 0 ? 'value.days_ago' : 'value.days_ahead', { count: Math.abs(days) });
}

/** Ids of records that the filter names, by object: what `nameOf` has to know. */
export function linkedIds(filter: Filter | null | undefined, model: Model, object: ObjectModel): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const visit = (node: Rule | Filter): void => {
    if (isGroup(node)) {
      node.rules.forEach(visit);
      return;
    }
    const target = resolvePath(model, object, node.field)?.field.target;
    if (!target) return;
    const values = Array.isArray(node.value) ? (node.value as unknown[]) : [node.value];
    for (const value of values) {
      if (typeof value !== 'string' || value === '' || value.startsWith('$')) continue;
      const ids = found.get(target) ?? new Set<string>();
      found.set(target, ids.add(value));
    }
  };
  if (filter) visit(filter);
  return found;
}
