import { describe, expect, it } from 'vitest';
import { indexModel } from '@/api/model';
import type { FieldDescription, ObjectDescription } from '@/api/types';
import { sent } from './api';
import { assign, fitOptions, importableFields, keyFields, mappingFaults, mapValue, matchFields, pace } from './mapping';

const field = (name: string, type: string, more: Partial<FieldDescription> = {}): FieldDescription => ({
  name, type, widget: type, label: name, required: false, unique: false, read_only: false, system: false, searchable: false, sortable: true, operators: ['='], ...more,
});
const object = (name: string, fields: FieldDescription[]): ObjectDescription => ({
  name, label: name, label_plural: name, name_field: 'name', features: {}, core: false, actions: [], fields, related: [], layouts: [], views: [],
});
const model = indexModel({
  revision: 1, locale: 'en', admin: false, apps: [],
  objects: [
    object('deal', [
      field('id', 'uuid', { system: true }), field('owner_id', 'user', { system: true, target: 'user' }), field('created_at', 'datetime', { system: true }),
      field('number', 'autonumber'), field('code', 'text', { unique: true }), field('product', 'lookup', { target: 'product' }),
    ]),
    object('product', [field('id', 'uuid', { system: true }), field('name', 'text'), field('sku', 'text', { unique: true }), field('price', 'currency')]),
  ],
});
const deal = model.byName.get('deal');
if (!deal) throw new Error('no deal');

describe('mapping of columns', () => {
  const mapping = [{ column: 'a', field: 'code' }, { column: 'b', field: 'product', values: { GTXPro: 'GTX Pro' } }, { column: 'c' }];
  it('offers what users can write, the owner and the id', () => {
    expect(importableFields(deal).map((one) => one.name)).toEqual(['code', 'product', 'owner_id', 'id']);
  });
  it('gives a field to one column only', () => {
    expect(assign(mapping, 2, 'code')).toEqual([{ column: 'a' }, mapping[1], { column: 'c', field: 'code' }]);
  });
  it('keeps the value mapping of a column that goes elsewhere, and nothing of one that is left out', () => {
    expect(assign(mapping, 1, 'code')[1]).toEqual({ column: 'b', field: 'code', values: { GTXPro: 'GTX Pro' } });
    expect(assign(mapping, 1, null)[1]).toEqual({ column: 'b' });
  });
  it('knows the keys, and lets go of one that is not mapped any more', () => {
    expect(keyFields(deal, mapping).map((one) => one.name)).toEqual(['code']);
    expect(fitOptions(deal, [{ column: 'a' }], { key: 'code', mode: 'upsert', empty: 'clear' })).toEqual({ mode: 'create', empty: 'clear' });
  });
  it('finds linked records by name, unique field or id', () => {
    const product = deal.field.get('product');
    expect(product && matchFields(model, product).map((one) => one.name)).toEqual(['name', 'id', 'sku']);
  });
  it('maps one value for all of its rows', () => {
    expect(mapValue([{ column: 'p', field: 'product' }], 'p', 'GTXPro', 'GTX Pro')).toEqual([{ column: 'p', field: 'product', values: { GTXPro: 'GTX Pro' } }]);
  });
  it('is sent without what is not set', () => {
    expect(sent({ column: 'a', field: null, values: {} })).toEqual({ column: 'a' });
    expect(sent({ column: 'p', field: 'product', lookup: { match: null }, date_order: '', values: {} })).toEqual({ column: 'p', field: 'product', lookup: { create_missing: false } });
  });
  it('sorts the faults of the server to their places', () => {
    const fault = (pointer: string, message: string) => ({ pointer, code: 'x', message });
    expect(mappingFaults([fault('/mapping/1/field', 'two'), fault('/options/key', 'key'), fault('/mapping', 'none')], mapping)).toEqual({
      columns: { b: ['two'] }, key: ['key'], general: ['none'],
    });
  });
});

describe('pace of a run', () => {
  const start = '2026-01-01T00:00:00Z';
  const now = Date.parse(start) + 2000;
  it('is rows a second and seconds left', () => {
    expect(pace(4000, 8000, start, now)).toEqual({ rate: 2000, left: 2 });
  });
  it('is unknown at first', () => {
    expect(pace(0, 8000, start, now)).toBeNull();
    expect(pace(10, 8000, null, now)).toBeNull();
  });
});
