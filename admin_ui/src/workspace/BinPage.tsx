import { DeleteOutlined, RollbackOutlined } from '@ant-design/icons';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Checkbox, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel, useObject, valueAt, type ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { deleteRecord, queryRecords, restoreRecord } from '@/api/records';
import { useSession } from '@/api/session';
import type { Page as RecordPage } from '@/api/types';
import { Empty } from '@/app/Empty';
import { ErrorNote, NotFoundPage } from '@/app/ErrorPages';
import { ObjectIcon } from '@/app/icons';
import { Page } from '@/app/Page';
import { FieldDisplay, formatDateTime, formatValue } from '@/fields';
import { pool } from './list/bulk';
import { listQuery, resolveColumns, standardColumns } from './list/listModel';
import styles from './bin.module.css';
import { refreshObject } from './refresh';

const route = getRouteApi('/shell/o/$object/bin');

export function BinPage() {
  const { object: name } = route.useParams();
  const object = useObject(name);
  if (!object?.actions.includes('read')) return <NotFoundPage />;
  return <Bin key={object.name} object={object} />;
}

/** Deleted records of an object: restore them, or (an admin) delete them for good. */
function Bin({ object }: { object: ObjectModel }) {
  const { t, i18n } = useTranslation(['workspace', 'shell']);
  const { message, modal } = App.useApp();
  const { admin } = useSession();
  const model = useModel();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);
  const wanted = standardColumns(object).slice(0, 4);
  const columns = resolveColumns(model, object, wanted);
  const base = listQuery(object, columns, { columns: wanted, filter: null, sort: [{ field: 'updated_at', direction: 'desc' }] }, '');
  const query = { ...base, fields: [...(base.fields ?? []), 'deleted_at', 'updated_by'], expand: [...(base.expand ?? []), 'updated_by'], deleted: 'only' as const, limit: 100 };
  const result = useInfiniteQuery({
    queryKey: ['bin', object.name, query],
    queryFn: ({ pageParam, signal }) => queryRecords(object.name, { ...query, ...(pageParam === '' ? { count: true } : { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page: RecordPage) => page.next ?? undefined,
  });
  const rows = result.data?.pages.flatMap((page) => page.data) ?? [];
  const count = result.data?.pages[0]?.count;
  const ids = rows.filter((row) => chosen.has(row.id)).map((row) => row.id);
  const deletedBy = object.field.get('updated_by');

  const each = async (work: (id: string) => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await pool(ids, 4, async (id) => { await work(id); });
      void message.success(done);
    } catch (error) {
      void message.error(errorText(error));
    } finally {
      setBusy(false);
      setChosen(new Set());
      await refreshObject(client, object.name);
    }
  };
  const purge = () => {
    modal.confirm({
      title: t('bin.purgeTitle', { count: ids.length }),
      content: t('bin.purgeText'),
      okText: t('bin.purge'),
      cancelText: t('shell:cancel'),
      okButtonProps: { danger: true, 'data-testid': 'purge-confirm' },
      onOk: () => void each((id) => deleteRecord(object.name, id, { purge: true }), t('bin.purged', { count: ids.length })),
    });
  };
  const toggle = (id: string, on: boolean) => {
    setChosen((old) => {
      const next = new Set(old);
      if (on) next.add(id); else next.delete(id);
      return next;
    });
  };
  return (
    <Page
      icon={<ObjectIcon name="delete" tile />}
      title={<>{t('bin.title')} <span style={{ color: 'var(--text-3)', fontWeight: 400 }}>· <Link to="/o/$object" params={{ object: object.name }} search={{}}>{object.label_plural}</Link></span></>}
      hint={count === undefined ? undefined : t('bin.count', { count })}
      actions={
        <>
          {object.actions.includes('delete') ? (
            <Button
              type="primary"
              icon={<RollbackOutlined />}
              disabled={ids.length === 0}
              loading={busy}
              data-testid="restore"
              onClick={() => void each((id) => restoreRecord(object.name, id), t('bin.restored', { count: ids.length }))}
            >
              {t('bin.restore')}
            </Button>
          ) : null}
          {admin ? <Button danger icon={<DeleteOutlined />} disabled={ids.length === 0 || busy} onClick={purge} data-testid="purge">{t('bin.purge')}</Button> : null}
        </>
      }
    >
      {result.isPending ? <Skeleton active paragraph={{ rows: 6 }} /> : null}
      {result.error ? <ErrorNote error={result.error} onRetry={() => void result.refetch()} /> : null}
      {result.data && rows.length === 0 ? <Empty icon="delete" title={t('bin.none')} text={t('bin.noneText')} testId="bin-empty" /> : null}
      {rows.length > 0 ? (
        <div className={styles.scroll}>
          <table className={styles.table} data-testid="bin-table">
            <thead>
              <tr>
                <th scope="col">
                  <Checkbox
                    aria-label={t('list.selectAll')}
                    checked={ids.length === rows.length}
                    indeterminate={ids.length > 0 && ids.length < rows.length}
                    onChange={({ target }) => { setChosen(target.checked ? new Set(rows.map((row) => row.id)) : new Set()); }}
                  />
                </th>
                {columns.map((column) => <th key={column.path} scope="col">{column.label}</th>)}
                <th scope="col">{t('bin.deletedAt')}</th>
                {deletedBy ? <th scope="col">{t('bin.deletedBy')}</th> : null}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} data-testid={`bin-row-${row.id}`}>
                  <td><Checkbox aria-label={t('list.selectRow')} checked={chosen.has(row.id)} onChange={({ target }) => { toggle(row.id, target.checked); }} /></td>
                  {columns.map((column, at) => (
                    <td key={column.path}>
                      {at === 0 ? (
                        <strong>{formatValue(column.field, valueAt(row, column.path), i18n.resolvedLanguage ?? 'en') || t('shell:untitled')}</strong>
                      ) : (
                        <FieldDisplay field={column.field} value={valueAt(row, column.path)} compact />
                      )}
                    </td>
                  ))}
                  <td className="tabular">{typeof row.deleted_at === 'string' ? formatDateTime(row.deleted_at) : ''}</td>
                  {deletedBy ? <td><FieldDisplay field={deletedBy} value={row.updated_by} compact /></td> : null}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {result.hasNextPage ? (
        <Button style={{ marginTop: 12 }} loading={result.isFetchingNextPage} onClick={() => void result.fetchNextPage()}>{t('history.more')}</Button>
      ) : null}
    </Page>
  );
}
