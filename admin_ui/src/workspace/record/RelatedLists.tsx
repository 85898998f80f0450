import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Skeleton } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel, valueAt, type ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { queryRecords } from '@/api/records';
import type { DataRecord, Filter, LayoutDescription, RelatedList } from '@/api/types';
import { ObjectIcon } from '@/app/icons';
import { FieldDisplay, formatValue } from '@/fields';
import { listQuery, resolveColumns, standardColumns } from '../list/listModel';
import { setListContext } from '../listContext';
import styles from './record.module.css';

const RecordDrawer = lazy(async () => ({ default: (await import('../form/RecordDrawer')).RecordDrawer }));

interface RelatedProps {
  record: DataRecord;
  /** Name of the record, shown in the lookup of a new related record. */
  name: string;
  target: ObjectModel;
  list: RelatedList;
}

function Related({ record, name, target, list }: RelatedProps) {
  const { t, i18n } = useTranslation(['workspace', 'shell']);
  const model = useModel();
  const [creating, setCreating] = useState(false);
  const locale = i18n.resolvedLanguage ?? 'en';
  const wanted = list.columns?.map((field) => ({ field })) ?? standardColumns(target).slice(0, 5);
  const columns = resolveColumns(model, target, wanted);
  const filter: Filter = { combinator: 'and', rules: [{ field: list.field, operator: '=', value: record.id }] };
  const query = { ...listQuery(target, columns, { columns: wanted, filter, sort: list.sort ?? [] }, ''), limit: list.limit ?? 10, count: true };
  const { data, isPending, error } = useQuery({
    queryKey: ['related', target.name, record.id, query],
    queryFn: ({ signal }) => queryRecords(target.name, query, signal),
  });
  const label = list.label ?? target.label_plural;
  const rows = data?.data ?? [];
  const count = data?.count;
  const nameColumn = Math.max(0, columns.findIndex((column) => column.path === target.name_field));
  const add = target.actions.includes('create') ? (
    <Button type="text" size="small" icon={<PlusOutlined />} onClick={() => { setCreating(true); }} data-testid={`related-add-${target.name}`}>
      {t('related.add')}
    </Button>
  ) : null;
  return (
    <section className={styles.related} id={`related-${target.name}-${list.field}`} aria-label={label} data-testid={`related-${target.name}-${list.field}`}>
      <header>
        <ObjectIcon name={target.icon} color={target.color} />
        <h2>{label}</h2>
        {count === undefined ? null : <span className={styles.count}>{new Intl.NumberFormat(locale).format(count)}</span>}
        <span style={{ flex: 1 }} />
        {add}
        {count !== undefined && count > rows.length ? (
          <Link to="/o/$object" params={{ object: target.name }} search={{ filter }} data-testid={`related-all-${target.name}`}>
            {t('related.all', { count })}
          </Link>
        ) : null}
      </header>
      {isPending ? <div style={{ padding: 12 }}><Skeleton active title={false} paragraph={{ rows: 2 }} /></div> : null}
      {error ? <p className={styles.relatedNone}>{errorText(error)}</p> : null}
      {rows.length > 0 ? (
        <div className={styles.relatedScroll}>
          <table>
            <thead>
              <tr>{columns.map((column) => <th key={column.path} scope="col" data-align={column.align}>{column.label}</th>)}</tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} data-testid={`related-row-${row.id}`}>
                  {columns.map((column, at) => (
                    <td key={column.path} data-align={column.align}>
                      {at === nameColumn ? (
                        <Link
                          to="/o/$object/$id"
                          params={{ object: target.name, id: row.id }}
                          preload={false}
                          className={styles.relatedName}
                          onClick={() => { setListContext(target.name, rows.map((item) => item.id)); }}
                        >
                          {formatValue(column.field, valueAt(row, column.path), locale) || t('shell:untitled')}
                        </Link>
                      ) : (
                        <FieldDisplay field={column.field} value={valueAt(row, column.path)} compact />
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {creating ? (
        <Suspense fallback={null}>
          <RecordDrawer
            object={target}
            initial={{ [list.field]: { id: record.id, _name: name } }}
            again
            onClose={() => { setCreating(false); }}
            onSaved={() => { setCreating(false); }}
          />
        </Suspense>
      ) : null}
    </section>
  );
}

interface RelatedListsProps {
  object: ObjectModel;
  record: DataRecord;
  name: string;
  layout: LayoutDescription | undefined;
}

/** Records that point to this one: as the layout says, or all there are when there is no layout. */
export function RelatedLists({ object, record, name, layout }: RelatedListsProps) {
  const model = useModel();
  const lists: RelatedList[] = layout?.related ?? (layout ? [] : object.related.map(({ object: other, field, label }) => ({ object: other, field, label })));
  const visible = lists.flatMap((list) => {
    const target = model.byName.get(list.object);
    if (!target?.actions.includes('read') || !target.field.has(list.field)) return [];
    const described = object.related.find((item) => item.object === list.object && item.field === list.field);
    return [{ target, list: list.label === undefined && described ? { ...list, label: described.label } : list }];
  });
  if (visible.length === 0) return null;
  return (
    <div className={styles.relatedColumn}>
      {visible.map(({ target, list }) => <Related key={`${list.object} ${list.field}`} record={record} name={name} target={target} list={list} />)}
    </div>
  );
}
