import { describe, expect, it } from 'vitest';
import { indexModel, type Model, type ObjectModel } from '@/api/model';
import type { FieldDescription, ObjectDescription } from '@/api/types';
import { both, listQuery, listViews, nextSort, pickView, resolveColumns, sameDefinition } from './listModel';

function field(name: string, more: Partial<FieldDescription> = {}): FieldDescription {
  return {
    name, type: 'text', widget: 'text', label: name, required: false, unique: false, read_only: false, system: false,
    searchable: false, sortable: true, operators: [], ...more,
  };
}

function object(name: string, fields: FieldDescription[], more: Partial<ObjectDescription> = {}): ObjectDescription {
  return {
    name, label: name, label_plural: name, name_field: 'name', features: {}, core: false, actions: ['read'], fields,
    related: [], layouts: [], views: [], ...more,
  };
}

const model: Model = indexModel({
  revision: 1, locale: 'en', apps: [], admin: false,
  objects: [
    object('account', [field('name'), field('sector')]),
    object('deal', [field('name'), field('account', { type: 'lookup', target: 'account', label: 'Account' })], {
      views: [
        { name: 'b', label: 'B', object: 'deal', columns: [{ field: 'name' }], position: 2, default: true },
        { name: 'a', label: 'A', object: 'deal', columns: [{ field: 'name' }], position: 1 },
      ],
    }),
  ],
});
const deal = model.byName.get('deal') as ObjectModel;

describe('views of a list', () => {
  const saved = [{ id: 's1', object: 'deal', label: 'Mine', definition: {}, shared: false, owner_id: 'u', mine: true }];
  const views = listViews(deal, saved, 'All');

  it('are the documents in their order, then the saved ones', () => {
    expect(views.map((view) => view.key)).toEqual(['view:a', 'view:b', 'saved:s1']);
  });

  it('open with the one that the address names, else the default', () => {
    expect(pickView(views, deal, { saved: 's1' }).key).toBe('saved:s1');
    expect(pickView(views, deal, {}).key).toBe('view:b');
    expect(pickView(views, deal, { view: 'deleted' }).key).toBe('view:b');
  });

  it('exist for an object without any', () => {
    expect(listViews(model.byName.get('account') as ObjectModel, [], 'All').map((view) => view.label)).toEqual(['All']);
  });
});

describe('the query of a list', () => {
  it('asks for the columns, expands lookups, and leaves out what does not exist', () => {
    const columns = resolveColumns(model, deal, [{ field: 'account' }, { field: 'account.sector' }, { field: 'gone' }]);
    expect(columns.map((column) => column.label)).toEqual(['Account', 'Account / sector']);
    expect(listQuery(deal, columns, { columns: [], filter: null, sort: [] }, 'x')).toEqual({
      fields: ['id', 'version', 'name', 'account', 'account.sector'], expand: ['account'], filter: null, sort: [], q: 'x',
    });
  });

  it('joins the filter of the view with that of the address', () => {
    const a = { combinator: 'and' as const, rules: [{ field: 'name', operator: '=', value: 'x' }] };
    expect(both(null, a)).toBe(a);
    expect(both(a, a)).toEqual({ combinator: 'and', rules: [a, a] });
  });
});

describe('sorting by a header', () => {
  it('goes from ascending to descending to the order of the view', () => {
    const first = nextSort([], 'name', false);
    expect(first).toEqual([{ field: 'name', direction: 'asc' }]);
    const second = nextSort(first, 'name', false);
    expect(second).toEqual([{ field: 'name', direction: 'desc' }]);
    expect(nextSort(second, 'name', false)).toEqual([]);
  });

  it('adds a key with Shift', () => {
    expect(nextSort([{ field: 'a' }], 'b', true)).toEqual([{ field: 'a' }, { field: 'b', direction: 'asc' }]);
  });
});

describe('a changed view', () => {
  it('is the same when only defaults are spelt out', () => {
    const definition = { columns: [{ field: 'a' }], filter: null, sort: [{ field: 'a' }] };
    expect(sameDefinition(definition, { ...definition, sort: [{ field: 'a', direction: 'asc' }] })).toBe(true);
    expect(sameDefinition(definition, { ...definition, columns: [{ field: 'a', width: 90 }] })).toBe(false);
  });
});
