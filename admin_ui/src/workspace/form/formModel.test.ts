import { describe, expect, it } from 'vitest';
import { indexModel, type ObjectModel } from '@/api/model';
import type { FieldDescription, ObjectDescription } from '@/api/types';
import { conflicts, createBody, formSections, initialValues, rebase, sectionsOf, updateBody } from './formModel';

export function field(name: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return {
    name, type: 'text', widget: 'text', label: name, required: false, unique: false, read_only: false, system: false,
    searchable: false, sortable: true, operators: [], ...more,
  };
}

function objectOf(fields: FieldDescription[], more: Partial<ObjectDescription> = {}): ObjectModel {
  const description: ObjectDescription = {
    name: 'deal', label: 'Deal', label_plural: 'Deals', name_field: 'name', features: {}, core: false, actions: ['read'],
    fields, related: [], layouts: [], views: [], ...more,
  };
  const [object] = indexModel({ revision: 1, locale: 'en', objects: [description], apps: [], admin: false }).objects;
  return object as ObjectModel;
}

const fields = [
  field('name'),
  field('stage', { type: 'picklist', values: [{ value: 'a', label: 'A' }, { value: 'b', label: 'B', default: true }] }),
  field('account', { type: 'lookup', target: 'account' }),
  field('number', { type: 'autonumber' }),
  field('owner_id', { type: 'user', system: true, target: 'user' }),
];

describe('form sections', () => {
  const object = objectOf(fields, {
    layouts: [{ name: 'l', label: 'L', object: 'deal', default: true, sections: [{ name: 's', label: 'S', fields: ['name', 'gone', 'owner_id'] }] }],
  });

  it('follow the layout, leave out unknown fields and append fields that are in no section', () => {
    expect(sectionsOf(object, 'Other').map((section) => section.fields.map((one) => one.name))).toEqual([
      ['name', 'owner_id'],
      ['stage', 'account', 'number'],
    ]);
  });

  it('of a form hold only what can be written', () => {
    const names = formSections(object, 'Other', true).flatMap((section) => section.fields.map((one) => one.name));
    expect(names).toEqual(['name', 'stage', 'account']);
  });
});

describe('bodies', () => {
  it('of a new record hold its values, lookups as ids', () => {
    expect(createBody(fields, { name: ' x ', account: { id: 'i', _name: 'N' }, stage: null })).toEqual({ name: 'x', account: 'i' });
  });

  it('of an edit hold only what changed', () => {
    const base = { name: 'x', account: { id: 'i', _name: 'N' }, stage: 'a' };
    expect(updateBody(fields, base, { ...base, account: { id: 'i', _name: 'Other' }, stage: null })).toEqual({ stage: null });
  });

  it('start with the default of the picklist', () => {
    expect(initialValues(fields)).toEqual({ stage: 'b' });
  });
});

describe('a colleague saved first', () => {
  const base = { id: '1', version: 1, name: 'old', stage: 'a' };
  const mine = { ...base, name: 'mine' };

  it('is a conflict only where both changed the same field', () => {
    expect(conflicts(fields, base, mine, { ...base, version: 2, stage: 'b' })).toEqual([]);
    expect(conflicts(fields, base, mine, { ...base, version: 2, name: 'theirs' })).toMatchObject([{ theirs: 'theirs' }]);
  });

  it('keeps their changes and mine', () => {
    expect(rebase(fields, base, mine, { ...base, version: 2, stage: 'b' })).toMatchObject({ name: 'mine', stage: 'b', version: 2 });
  });
});
