import { describe, expect, it } from 'vitest';
import { differences, valueWords } from './describe';
import {
  cleanLabel, freeName, moved, pluralOf, sameJson, suggestName, type AppDocument, type ExtensionDocument, type LayoutDocument, type ObjectDocument, type ViewDocument,
} from './documents';
import { applyEdit, mergeSummaries, settleEdit, type Draft } from './draft';
import { addField, newObject, removeField, removeObject, type ObjectDocuments } from './objects/edits';
import { fieldDraftFaults, finished } from './objects/fieldDraft';
import { placeOf } from './changes/places';
import { placeField, sectionOf, takeField } from './layouts/arrange';
import type { ChangeSet, FieldTypeDescription } from './api';

const draftOf = <D>(body: D, more: Partial<Draft<D>> = {}): Draft<D> => ({ body, state: 'published', package: null, core: false, ...more });

const account: ObjectDocument = {
  kind: 'object', name: 'account', label: { en: 'Account' }, name_field: 'name', unique_keys: [{ fields: ['name', 'city'] }],
  fields: [{ name: 'name', type: 'text', label: { en: 'Name' } }, { name: 'city', type: 'text', label: { en: 'City' } }],
};
const layout: LayoutDocument = {
  kind: 'layout', name: 'account_record', label: { en: 'Account' }, object: 'account', default: true,
  sections: [{ name: 'details', label: { en: 'Details' }, fields: ['name', 'city'] }, { name: 'system', label: { en: 'System' }, fields: ['owner_id'] }],
};
const view: ViewDocument = {
  kind: 'view', name: 'account_all', label: { en: 'All' }, object: 'account', columns: [{ field: 'name' }, { field: 'city' }, { field: 'owner_id' }],
  filter: { combinator: 'and', rules: [{ field: 'city', operator: '=', value: 'Ulm' }, { combinator: 'or', rules: [{ field: 'city.name', operator: 'null' }] }] },
  sort: [{ field: 'city' }, { field: 'name' }],
};
const documents = (more: Partial<ObjectDocuments> = {}): ObjectDocuments => ({
  object: draftOf(account), extensions: [], layouts: [draftOf(layout)], views: [draftOf(view)], ...more,
});

describe('names and labels', () => {
  it('suggests a name from an English label', () => {
    expect(['Installed on', '  Größe (m²)', '2nd phone', '装机'].map(suggestName)).toEqual(['installed_on', 'gro_e_m2', 'nd_phone', '']);
  });
  it('numbers a name that is taken', () => {
    expect(freeName('state', (name) => ['state', 'state_2'].includes(name))).toBe('state_3');
  });
  it('fills English where only Chinese was typed, and drops blank languages', () => {
    expect(cleanLabel({ en: ' ', 'zh-CN': '装机' })).toEqual({ en: '装机', 'zh-CN': '装机' });
    expect(cleanLabel({ en: '' })).toBeUndefined();
  });
  it('suggests plurals', () => {
    expect(['Account', 'Company', 'Day', 'Box'].map(pluralOf)).toEqual(['Accounts', 'Companies', 'Days', 'Boxes']);
  });
  it('compares documents whatever the order of their properties', () => {
    expect(sameJson({ a: 1, b: [{ c: 2, d: undefined }] }, { b: [{ c: 2 }], a: 1 })).toBe(true);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  });
});

describe('a new object', () => {
  const app: AppDocument = { kind: 'app', name: 'sales', label: { en: 'Sales' }, items: [{ object: 'account' }] };
  const wanted = { label: { en: 'Installation' }, label_plural: { en: 'Installations' }, name: 'installation', icon: 'tool', color: '#3d57e0', naming: 'text' as const, name_label: { en: 'Name' } };
  it('comes with a layout, a list view and a place in the navigation', () => {
    const put = newObject(wanted, app).put ?? [];
    expect(put.map((one) => `${one.kind}/${one.name}`)).toEqual(['object/installation', 'layout/installation_record', 'view/installation_all', 'app/sales']);
    expect((put[3] as AppDocument).items).toEqual([{ object: 'account' }, { object: 'installation' }]);
  });
  it('can be named by a running number', () => {
    const [object] = newObject({ ...wanted, naming: 'autonumber' }, undefined).put ?? [];
    expect((object as ObjectDocument).fields[0]).toMatchObject({ type: 'autonumber', format: 'INS-{00000}' });
  });
});

describe('fields', () => {
  const phone = { name: 'phone', type: 'phone', label: { en: 'Phone' } };
  it('of an own object go into it, onto the layout, and before the system columns of the list', () => {
    const put = addField(documents(), phone, { layouts: ['account_record'], views: ['account_all'] }).put ?? [];
    expect((put[0] as ObjectDocument).fields.at(-1)).toBe(phone);
    expect((put[1] as LayoutDocument).sections[0]?.fields).toEqual(['name', 'city', 'phone']);
    expect((put[2] as ViewDocument).columns.map((column) => column.field)).toEqual(['name', 'city', 'phone', 'owner_id']);
  });
  it("of a package's object go into the tenant's extension", () => {
    const foreign = documents({ object: draftOf(account, { package: 'crm' }) });
    const [extension] = addField(foreign, { ...phone, name: 'x__phone' }, { layouts: [], views: [] }).put ?? [];
    expect(extension).toMatchObject({ kind: 'extension', name: 'x__account', object: 'account', fields: [{ name: 'x__phone' }] });
    const again = { ...foreign, extensions: [draftOf(extension as ExtensionDocument)] };
    const [more] = addField(again, { ...phone, name: 'x__fax' }, { layouts: [], views: [] }).put ?? [];
    expect((more as ExtensionDocument).fields.map((field) => field.name)).toEqual(['x__phone', 'x__fax']);
  });
  it('are taken out of layouts, lists, filters and keys when they are removed', () => {
    const [object, page, list] = removeField(documents(), 'city').put ?? [];
    expect(object).not.toHaveProperty('unique_keys');
    expect((page as LayoutDocument).sections[0]?.fields).toEqual(['name']);
    expect(list).toMatchObject({ columns: [{ field: 'name' }, { field: 'owner_id' }], sort: [{ field: 'name' }] });
    expect(list).not.toHaveProperty('filter');
  });
  it('that were the last of an extension take it along', () => {
    const extension: ExtensionDocument = { kind: 'extension', name: 'x__account', object: 'account', fields: [{ ...phone, name: 'x__phone' }] };
    expect(removeField(documents({ extensions: [draftOf(extension)] }), 'x__phone').remove).toEqual([{ kind: 'extension', name: 'x__account' }]);
  });
  it('are stored without what is not set', () => {
    expect(finished({ name: 'a', type: 'text', label: { en: ' A ', 'zh-CN': '' }, required: false, unique: true, help: {}, pattern: '', max_length: undefined })).toEqual({
      name: 'a', type: 'text', label: { en: 'A' }, unique: true,
    });
  });
  it('are refused without label, name, what the type needs, or with a system name', () => {
    const lookup = { name: 'lookup', options: { properties: { object: {} }, required: ['object'] } } as unknown as FieldTypeDescription;
    expect(fieldDraftFaults({ name: 'version', type: 'lookup', label: {} }, lookup, new Set())).toEqual({ label: 'label_missing', name: 'name_taken', object: 'option_missing' });
    const picklist = { name: 'picklist', options: { properties: { picklist: {}, values: {} } } } as unknown as FieldTypeDescription;
    const values = [{ value: 'a', label: { en: 'A' } }, { value: 'a', label: { en: 'B' } }];
    expect(fieldDraftFaults({ name: 's', type: 'picklist', label: { en: 'S' }, values }, picklist, new Set())).toEqual({ values: 'values_twice' });
    expect(fieldDraftFaults({ name: 's', type: 'picklist', label: { en: 'S' }, values: [] }, picklist, new Set())).toEqual({ values: 'values_missing' });
  });
});

describe('deleting an object', () => {
  it('takes its layouts and lists along and clears the navigation', () => {
    const app: AppDocument = { kind: 'app', name: 'sales', label: { en: 'Sales' }, items: [{ group: { en: 'Customers' }, items: [{ object: 'account' }] }, { object: 'deal' }] };
    const other: AppDocument = { kind: 'app', name: 'service', label: { en: 'Service' }, items: [{ object: 'ticket' }] };
    const edit = removeObject(documents(), [app, other]);
    expect(edit.remove).toEqual([{ kind: 'object', name: 'account' }, { kind: 'layout', name: 'account_record' }, { kind: 'view', name: 'account_all' }]);
    expect(edit.put).toEqual([{ ...app, items: [{ object: 'deal' }] }]);
  });
});

describe('the draft', () => {
  const base = (key: { name: string }) => (key.name === 'account' ? account : null);
  it('shows an edit before the server has answered', () => {
    const [changed] = applyEdit([], { put: [{ ...account, icon: 'bank' }] }, base);
    expect(changed).toMatchObject({ kind: 'object', name: 'account', base_body: account });
  });
  it('withdraws what is as published again, and the deletion of what never was', () => {
    expect(settleEdit({ put: [{ ...account }], remove: [{ kind: 'view', name: 'new' }] }, base)).toEqual({
      put: [], remove: [], withdraw: [{ kind: 'object', name: 'account' }, { kind: 'view', name: 'new' }],
    });
  });
  it('is laid over the list of published documents', () => {
    const published = [{ kind: 'object', name: 'account', label: 'Account', package: 'crm', core: false }];
    const change = { documents: [
      { kind: 'object', name: 'account', body: { ...account, label: { en: 'Client' } }, base_body: account },
      { kind: 'view', name: 'mine', body: { ...view, name: 'mine' }, base_body: null },
    ] } as unknown as ChangeSet;
    expect(mergeSummaries(published, change, 'en')).toEqual([
      { kind: 'object', name: 'account', label: 'Client', state: 'changed', package: 'crm', core: false },
      { kind: 'view', name: 'mine', label: 'All', state: 'added', package: null, core: false },
    ]);
  });
  it('leads from a fault to its field', () => {
    const change = { documents: [{ kind: 'object', name: 'account', body: account, base_body: null }] } as unknown as ChangeSet;
    expect(placeOf({ kind: 'object', name: 'account' }, change, '/fields/1/label')).toEqual({ to: '/studio/objects/$name', name: 'account', hash: 'field.city' });
    expect(placeOf({ kind: 'role', name: 'x' }, change)).toBeNull();
  });
});

describe('differences', () => {
  it('name what was added, removed, changed and moved', () => {
    const now: ObjectDocument = {
      ...account, icon: 'bank', label: { en: 'Client' },
      fields: [{ name: 'zip', type: 'text', label: { en: 'Zip' } }, { ...account.fields[1], required: true } as ObjectDocument['fields'][0], account.fields[0] as ObjectDocument['fields'][0]],
      unique_keys: [],
    };
    const found = differences(account, now, 'en').map((one) => [one.kind, one.place.map((step) => step.item ?? step.property).join('.')]);
    expect(found).toEqual([
      ['changed', 'label'], ['changed', 'unique_keys'], ['added', 'fields.Zip'], ['added', 'fields.City.required'], ['moved', 'fields'], ['added', 'icon'],
    ]);
  });
  it('are none between equal documents', () => {
    expect(differences(account, structuredClone(account), 'en')).toEqual([]);
  });
  it('put values into words', () => {
    expect([true, { en: 'A', 'zh-CN': '甲' }, ['a', 'b'], undefined].map((value) => valueWords(value, 'en'))).toEqual(['✓', 'A (en), 甲 (zh-CN)', 'a, b', '–']);
  });
});

describe('a layout', () => {
  it('takes a field from one section to a place in another, or back to the palette', () => {
    const next = placeField(layout.sections, 'name', 'system', 0);
    expect(next.map((section) => section.fields)).toEqual([['city'], ['name', 'owner_id']]);
    expect(sectionOf(next, 'name')).toBe('system');
    expect(sectionOf(takeField(next, 'name'), 'name')).toBeUndefined();
  });
});
