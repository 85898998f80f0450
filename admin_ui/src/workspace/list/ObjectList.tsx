import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import type { DataRecord, Filter } from '@/api/types';
import { useShortcut } from '@/app/keyboard';
import type { ListSearch } from '@/app/router';
import { useDebounced } from '@/app/useDebounced';
import { useMobile } from '@/app/useMobile';
import { useTitle } from '@/app/useTitle';
import { remember } from '@/fields/recents';
import { sameFilter } from '@/filters';
import { isWritable } from '../form/formModel';
import { setListContext } from '../listContext';
import { BulkBar } from './BulkBar';
import { CardList } from './CardList';
import { ListEmpty } from './ListEmpty';
import { ListHead } from './ListHead';
import { nextSort, recordName, type ListColumn } from './listModel';
import styles from './list.module.css';
import { ListToolbar } from './ListToolbar';
import { RecordTable } from './RecordTable';
import { useListRows, useListState } from './useList';
import { useCellSave } from './useListEdits';
import { useSelection } from './useSelection';

const RecordDrawer = lazy(async () => ({ default: (await import('../form/RecordDrawer')).RecordDrawer }));

/** Values that an address brings for a new record: the equalities of its filter (a related list's "see all"). */
function valuesOf(filter: Filter | null): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const rule of filter?.combinator === 'and' ? filter.rules : []) {
    if ('field' in rule && rule.operator === '=' && !rule.field.includes('.')) values[rule.field] = rule.value;
  }
  return values;
}

export function ObjectList({ object, search }: { object: ObjectModel; search: ListSearch }) {
  const { t, i18n } = useTranslation('workspace');
  const navigate = useNavigate();
  const client = useQueryClient();
  const mobile = useMobile();
  useTitle(object.label_plural);
  const [text, setText] = useState('');
  const [creating, setCreating] = useState(search.new === true);
  const [filterOpen, setFilterOpen] = useState(false);
  const q = useDebounced(text.trim(), 220);
  const list = useListState(object, search);
  const extra = search.filter ?? null;
  const data = useListRows(object, list.columns, list.definition, extra, q);
  const { rows } = data;
  const selection = useSelection(rows);
  const mayCreate = object.actions.includes('create');
  const mayUpdate = object.actions.includes('update');

  useShortcut('c', () => { setCreating(true); }, { enabled: mayCreate });
  useShortcut('f', () => { setFilterOpen(true); });

  const open = useCallback(
    (record: DataRecord) => {
      setListContext(object.name, rows.map((row) => row.id));
      remember(object.name, { id: record.id, _name: recordName(object, record, i18n.resolvedLanguage ?? 'en') });
      void navigate({ to: '/o/$object/$id', params: { object: object.name, id: record.id } });
    },
    [i18n.resolvedLanguage, navigate, object, rows],
  );
  const save = useCellSave(object, data.patch, data.refetch);
  const editable = useCallback(
    (column: ListColumn) => mayUpdate && !column.path.includes('.') && isWritable(column.field) && column.field.type !== 'json',
    [mayUpdate],
  );
  const { change } = list;
  const { columns } = list.definition;
  const setWidth = useCallback(
    (path: string, width: number) => {
      change({ columns: columns.map((column) => (column.field === path ? { ...column, width } : column)) });
    },
    [change, columns],
  );
  const clearFilter = () => {
    setText('');
    change({ filter: null });
    if (search.filter !== undefined) void navigate({ to: '.', search: (old: ListSearch) => ({ ...old, filter: undefined }) as ListSearch });
  };
  const { filter } = list.definition;
  const viewOnly = filter !== null && sameFilter(filter, list.view.definition.filter);
  const filtered = q !== '' || extra !== null || (filter !== null && !viewOnly);
  const empty = (
    <ListEmpty object={object} filtered={filtered} view={viewOnly ? list.view.label : undefined} onCreate={mayCreate ? () => { setCreating(true); } : undefined} onClear={clearFilter} />
  );
  return (
    <section className={styles.page} aria-label={object.label_plural}>
      <ListHead
        object={object}
        list={list}
        count={data.count}
        query={data.query}
        onCreate={mayCreate ? () => { setCreating(true); } : undefined}
      />
      <ListToolbar
        object={object}
        list={list}
        text={text}
        onText={setText}
        extra={extra}
        onClearExtra={() => void navigate({ to: '.', search: (old: ListSearch) => ({ ...old, filter: undefined }) as ListSearch })}
        filterOpen={filterOpen}
        onFilterOpen={setFilterOpen}
      />
      {data.error ? (
        <Alert
          type="error"
          showIcon
          style={{ margin: 12 }}
          title={errorText(data.error)}
          action={<Button size="small" onClick={data.refetch}>{t('list.retry')}</Button>}
          data-testid="list-error"
        />
      ) : null}
      {mobile ? (
        <CardList object={object} rows={rows} columns={list.columns} loading={data.loading} onOpen={open} onEnd={data.loadMore} selection={selection} empty={empty} />
      ) : (
        <RecordTable
          key={list.view.key}
          object={object}
          rows={rows}
          columns={list.columns}
          sort={list.definition.sort}
          selected={selection.selected}
          loading={data.loading}
          stale={data.stale}
          count={data.count}
          onSort={(field, add) => { change({ sort: nextSort(list.definition.sort, field, add) }); }}
          onWidth={setWidth}
          onSelect={selection.select}
          onSelectAll={selection.selectAll}
          onOpen={open}
          onEdit={save}
          onEnd={data.loadMore}
          editable={editable}
          empty={empty}
          foot={data.loadingMore ? <div className={styles.more}>{t('list.loadingMore')}</div> : null}
        />
      )}
      {selection.selected.size > 0 ? (
        <BulkBar object={object} selection={selection} rows={rows} count={data.count} query={data.query} />
      ) : null}
      {creating ? (
        <Suspense fallback={null}>
          <RecordDrawer
            object={object}
            initial={valuesOf(extra)}
            again
            onClose={() => { setCreating(false); }}
            onSaved={(record) => {
              setCreating(false);
              void client.invalidateQueries({ queryKey: ['search'] });
              void navigate({ to: '/o/$object/$id', params: { object: object.name, id: record.id }, ignoreBlocker: true });
            }}
          />
        </Suspense>
      ) : null}
    </section>
  );
}
