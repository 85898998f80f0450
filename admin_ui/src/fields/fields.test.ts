import dayjs from 'dayjs';
import { beforeAll, describe, expect, it } from 'vitest';
import i18n from '@/i18n';
import type { FieldDescription } from '@/api/types';
import { formatValue, sameValue, toWrite, Unreadable } from './format';
import { validate, validateAll } from './validate';

function field(type: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return {
    name: 'x', type, widget: type, label: 'X', required: false, unique: false, read_only: false, system: false,
    searchable: false, sortable: true, operators: [], ...more,
  };
}

beforeAll(async () => { await i18n.changeLanguage('en'); });

describe('a value in text', () => {
  it.each([
    ['decimal', { scale: 2 }, 1234.5, '1,234.50'],
    ['percent', {}, 40, '40%'],
    ['currency', { scale: 2 }, { amount: 5000, currency: 'USD' }, '$5,000.00'],
    ['currency', { scale: 2 }, { amount: 5, currency: 'X?' }, '5.00'],
    ['date', {}, '2017-03-01', 'Mar 1, 2017'],
    ['picklist', { values: [{ value: 'w', label: 'Won' }] }, 'w', 'Won'],
    ['picklist', { values: [] }, 'gone', 'gone'],
    ['multi_picklist', { values: [{ value: 'a', label: 'A' }] }, ['a', 'b'], 'A, b'],
    ['lookup', {}, { id: 'i', _name: 'Acme' }, 'Acme'],
    ['boolean', {}, true, '✓'],
    ['json', {}, { a: [1] }, '{"a":[1]}'],
    ['text', {}, null, ''],
  ])('of type %s', (type, more, value, text) => {
    expect(formatValue(field(type, more as Partial<FieldDescription>), value, 'en')).toBe(text);
  });

  it('does not group the digits of a year', () => {
    expect(formatValue(field('integer', { name: 'year_founded' }), 1987, 'en')).toBe('1987');
    expect(formatValue(field('integer', { name: 'employees' }), 1987, 'en')).toBe('1,987');
  });

  it('shows a date as the day that is stored, in any time zone', () => {
    expect(formatValue(field('date'), '2020-01-01', 'en')).toBe(dayjs('2020-01-01').format('ll'));
  });
});

describe('what is sent', () => {
  it.each([
    ['lookup', { id: 'i', _name: 'N' }, 'i'],
    ['text', '  a ', 'a'],
    ['text', '', null],
    ['long_text', ' a ', ' a '],
    ['multi_picklist', [], null],
    ['currency', { amount: null, currency: 'USD' }, null],
    ['boolean', false, false],
    ['integer', 0, 0],
  ])('of type %s', (type, value, sent) => {
    expect(toWrite(field(type), value)).toEqual(sent);
  });

  it('is the same for an id and its record', () => {
    expect(sameValue(field('lookup'), 'i', { id: 'i', _name: 'N' })).toBe(true);
  });
});

describe('validation before the server', () => {
  it.each([
    ['text', { required: true }, ' '.trim(), 'Enter a value for X.'],
    ['text', { max_length: 3 }, 'abcd', 'At most 3 characters.'],
    ['text', { max_length: 3 }, '𠮷𠮷𠮷', undefined],
    ['text', { min_length: 2 }, 'a', 'At least 2 characters.'],
    ['text', { pattern: '[A-Z]{2}' }, 'ABC', 'This does not have the required form.'],
    ['text', { pattern: '[' }, 'ABC', undefined],
    ['email', {}, 'a@b', 'This is not an e-mail address.'],
    ['email', {}, 'a@b.co', undefined],
    ['url', {}, 'javascript:alert(1)', 'This is not a web address; it begins with https://.'],
    ['url', {}, 'https://a.b', undefined],
    ['phone', {}, '+86 138 0013 8000', undefined],
    ['phone', {}, 'call me', expect.stringContaining('phone number')],
    ['integer', {}, 1.5, 'This is not a whole number.'],
    ['decimal', { min: 0 }, -1, 'At least 0.'],
    ['percent', { max: 100 }, 101, 'At most 100.'],
    ['currency', { min: 0 }, { amount: -1, currency: 'USD' }, 'At least 0.'],
    ['currency', { required: true }, { amount: null, currency: 'USD' }, 'Enter a value for X.'],
    ['date', { min: '2020-01-01' }, '2019-12-31', 'At least 2020-01-01.'],
    ['boolean', { required: true }, false, undefined],
    ['json', {}, new Unreadable('{'), 'This is not valid JSON.'],
  ])('of type %s %j', (type, more, value, fault) => {
    expect(validate(field(type, more as Partial<FieldDescription>), value)).toEqual(fault);
  });

  it('finds all faults of a form at once', () => {
    const fields = [field('text', { name: 'a', required: true }), field('email', { name: 'b' })];
    expect(Object.keys(validateAll(fields, { b: 'x' }))).toEqual(['a', 'b']);
  });
});
