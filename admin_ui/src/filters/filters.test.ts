import i18n from 'i18next';
import { describe as suite, expect, it } from 'vitest';
import '@/i18n';
import { indexModel } from '@/api/model';
import type { FieldDescription, Filter, ObjectDescription } from '@/api/types';
import { filterFields } from './fields';
import { arityOf, defaultOperator, operatorsOf } from './operators';
import { chips, describe, linkedIds } from './summary';
import { ruleCount, sameFilter, tidy } from './tidy';
import { adaptValue, formatRelative, isComplete, isMoment, parseRelative } from './values';

const field = (name: string, type: string, operators: string[], more: Partial<FieldDescription> = {}): FieldDescription => ({
  name, type, widget: type, label: name[0]?.toUpperCase() + name.slice(1), required: false, unique: false, read_only: false,
  system: false, searchable: false, sortable: true, operators, ...more,
});

const object = (name: string, fields: FieldDescription[]): ObjectDescription => ({
  name, label: name, label_plural: name, name_field: 'name', features: {}, core: false, actions: ['read'], fields, related: [], layouts: [], views: [],
});

const EQUAL = ['=', '!=', 'in', 'notIn', 'null', 'notNull'];
const model = indexModel({
  revision: 1, locale: 'en', admin: true, apps: [],
  objects: [
    object('deal', [
      field('name', 'text', ['contains', ...EQUAL]),
      field('stage', 'picklist', EQUAL, { values: [{ value: 'won', label: 'Won' }, { value: 'lost', label: 'Lost' }] }),
      field('amount', 'currency', ['=', '>', 'between']),
      field('closed', 'date', ['=', '>=', 'between', 'null']),
      field('account', 'lookup', EQUAL, { target: 'account' }),
      field('extra', 'json', ['null']),
    ]),
    object('account', [field('id', 'uuid', EQUAL), field('name', 'text', ['contains']), field('sector', 'picklist', EQUAL)]),
  ],
});
const deal = model.byName.get('deal');
if (!deal) throw new Error('no deal');
const t = i18n.getFixedT('en', 'filters');
const wording = { model, object: deal, t };

suite('fields of a filter', () => {
  it('are those of the object and those one lookup away, without what cannot be compared', () => {
    expect(filterFields(model, deal).map((one) => one.path)).toEqual(['name', 'stage', 'amount', 'closed', 'account', 'account.name', 'account.sector']);
  });
  it('carry the label of the lookup', () => {
    expect(filterFields(model, deal).at(-1)).toMatchObject({ label: 'Account / Sector', group: 'Account' });
  });
});

suite('operators', () => {
  it('begin with what is used most', () => {
    expect(operatorsOf(field('x', 'text', ['null', 'in', 'contains', '=']))).toEqual(['=', 'contains', 'in', 'null']);
  });
  it('of a new rule suit the type', () => {
    const operators = filterFields(model, deal).map((one) => defaultOperator(one.field));
    expect(operators.slice(0, 4)).toEqual(['contains', 'in', '=', '=']);
  });
  it('keep what fits of a value when they change', () => {
    expect(adaptValue('a', 'in')).toEqual(['a']);
    expect(adaptValue(['a', 'b'], '=')).toBe('a');
    expect(adaptValue('a', 'between')).toEqual(['a', null]);
    expect(adaptValue(['a'], 'null')).toBeNull();
    expect(arityOf('notBetween')).toBe('pair');
  });
});

suite('relative dates', () => {
  it.each([['2026-03-01', false], ['2026-03-01T00:00:00.000Z', true], ['$today-7d', false], ['', false], [null, false]])('%s is a day with its time: %s', (value, moment) => {
    expect(isMoment(value)).toBe(moment);
  });

  it.each([[0, '$today'], [-7, '$today-7d'], [30, '$today+30d']])('%i days from today are %s, and back', (days, text) => {
    expect(formatRelative(days)).toBe(text);
    expect(parseRelative(text)).toBe(days);
  });
  it('are nothing else', () => {
    expect(['2026-01-01', '$me', '$today-7', '$today-7h', 7, null].map(parseRelative)).toEqual([null, null, null, null, null, null]);
  });
});

suite('tidy', () => {
  const edited: Filter = {
    id: '1', combinator: 'and',
    rules: [
      { id: '2', field: 'name', operator: 'contains', value: '' },
      { id: '3', field: 'stage', operator: 'in', value: ['won'], valueSource: 'value' },
      { id: '4', combinator: 'or', not: true, rules: [{ id: '5', field: 'amount', operator: 'between', value: [1, null] }] },
      { id: '6', field: 'closed', operator: 'null', value: 'left over' },
    ],
  };
  it('drops ids, unfinished rules and empty groups', () => {
    expect(tidy(edited)).toEqual({ combinator: 'and', rules: [{ field: 'stage', operator: 'in', value: ['won'] }, { field: 'closed', operator: 'null' }] });
  });
  it('is null when nothing is left', () => {
    expect(tidy({ combinator: 'or', rules: [{ field: 'name', operator: '=', value: null }] })).toBeNull();
  });
  it('keeps false and zero, which are values', () => {
    expect(isComplete('=', false)).toBe(true);
    expect(isComplete('=', 0)).toBe(true);
  });
  it('tells whether two filters mean the same', () => {
    expect(sameFilter(edited, tidy(edited))).toBe(true);
    expect(sameFilter(edited, null)).toBe(false);
    expect(ruleCount(tidy(edited))).toBe(2);
  });
});

suite('summary', () => {
  const filter: Filter = {
    combinator: 'and',
    rules: [
      { field: 'stage', operator: 'in', value: ['won', 'lost'] },
      { field: 'closed', operator: '>=', value: '$today-7d' },
      { combinator: 'or', rules: [{ field: 'account', operator: '=', value: 'a1' }, { field: 'account.sector', operator: 'null' }] },
    ],
  };
  it('is one chip for each part, in the words of the labels', () => {
    const nameOf = () => 'Betatech';
    expect(chips(filter, { ...wording, nameOf }).map((chip) => chip.text)).toEqual([
      'Stage is one of Won, Lost',
      'Closed is on or after 7 days ago',
      'Account is Betatech or Account / Sector is empty',
    ]);
  });
  it('reads as one sentence, groups in brackets', () => {
    expect(describe({ ...filter, not: true, rules: filter.rules.slice(2) }, wording)).toBe('not ((Account is … or Account / Sector is empty))');
  });
  it('lists the records whose names it needs', () => {
    expect([...linkedIds(filter, model, deal)].map(([name, ids]) => [name, [...ids]])).toEqual([['account', ['a1']]]);
  });
});
