import { CloseOutlined, DeleteOutlined, EditOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Progress } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { restoreRecord, type Operation, type RecordQuery } from '@/api/records';
import type { DataRecord, FieldDescription } from '@/api/types';
import { useMobile } from '@/app/useMobile';
import { toWrite } from '@/fields';
import { refreshObject } from '../refresh';
import { allIds, pool, runBulk, valuesOf, type BulkResult } from './bulk';
import { BulkEdit } from './BulkEdit';
import styles from './list.module.css';
import type { Selection } from './useSelection';

interface BulkBarProps {
  object: ObjectModel;
  selection: Selection;
  rows: DataRecord[];
  count: number | undefined;
  query: RecordQuery;
}

interface Running {
  settled: number;
  total: number;
}

/** What can be done with the chosen records: edit a field, delete; each with progress and an undo. */
export function BulkBar({ object, selection, rows, count, query }: BulkBarProps) {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message, notification, modal } = App.useApp();
  const client = useQueryClient();
  const mobile = useMobile();
  const [running, setRunning] = useState<Running | null>(null);
  const [editing, setEditing] = useState(false);
  const stop = useRef(false);
  const ids = [...selection.selected];
  const everything = rows.length > 0 && rows.every((row) => selection.selected.has(row.id)) && count !== undefined && count > ids.length;

  const run = async (operations: Operation[]): Promise<BulkResult> => {
    stop.current = false;
    setRunning({ settled: 0, total: operations.length });
    const result = await runBulk(operations, (settled) => { setRunning({ settled, total: operations.length }); }, () => stop.current);
    setRunning(null);
    await refreshObject(client, object.name);
    return result;
  };

  const report = (result: BulkResult, key: 'deleted' | 'changed', undo: () => Promise<void>) => {
    const note = `bulk-${Date.now()}`;
    const again = async () => {
      notification.destroy(note);
      const end = message.loading(t('bulk.undoing'), 0);
      try {
        await undo();
        await refreshObject(client, object.name);
        void message.success(t('bulk.undone'));
      } catch (error) {
        void message.error(errorText(error));
      } finally {
        end();
      }
    };
    const reasons = [...new Set(result.failed.map((failure) => failure.reason))].slice(0, 3);
    notification[result.failed.length > 0 ? 'warning' : 'success']({
      key: note,
      title: t(`bulk.${key}`, { count: result.done.length }),
      description: result.failed.length > 0 ? `${t('bulk.failed', { count: result.failed.length })} ${reasons.join(' ')}` : undefined,
      duration: 12,
      style: { width: 320 },
      actions: result.done.length > 0
        ? <Button size="small" onClick={() => void again()} data-testid="bulk-undo">{t('shell:undo')}</Button>
        : undefined,
    });
  };

  const remove = async () => {
    const result = await run(ids.map((id) => ({ op: 'delete', object: object.name, id })));
    selection.select(result.done, false);
    report(result, 'deleted', () => pool(result.done, 4, async (id) => { await restoreRecord(object.name, id); }));
  };
  const confirmRemove = () => {
    modal.confirm({
      title: t('bulk.deleteTitle', { count: ids.length }),
      content: t('bulk.deleteText'),
      okText: t('shell:delete'),
      cancelText: t('shell:cancel'),
      okButtonProps: { danger: true, 'data-testid': 'bulk-delete-confirm' },
      onOk: () => { void remove(); },
    });
  };

  const edit = async (field: FieldDescription, value: unknown) => {
    setEditing(false);
    let old: Map<string, unknown>;
    try {
      old = await valuesOf(object.name, ids, field.name);
    } catch (error) {
      void message.error(errorText(error));
      return;
    }
    const result = await run(ids.map((id) => ({ op: 'update', object: object.name, id, data: { [field.name]: toWrite(field, value) } })));
    report(result, 'changed', async () => {
      const back = result.done.map((id): Operation => ({ op: 'update', object: object.name, id, data: { [field.name]: toWrite(field, old.get(id)) } }));
      const undone = await runBulk(back, () => undefined, () => false);
      if (undone.failed.length > 0) throw new Error(t('bulk.failed', { count: undone.failed.length }));
    });
  };

  const takeAll = async () => {
    setRunning({ settled: 0, total: count ?? 0 });
    try {
      selection.select(await allIds(object.name, query, (settled) => { setRunning({ settled, total: count ?? settled }); }), true);
    } catch (error) {
      void message.error(errorText(error));
    } finally {
      setRunning(null);
    }
  };

  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('bulk.title')} data-testid="bulk-bar">
      {running ? (
        <>
          <Progress size={[140, 6]} percent={Math.round((100 * running.settled) / Math.max(1, running.total))} showInfo={false} />
          <span className="tabular" role="status">{running.settled} / {running.total}</span>
          <Button type="text" onClick={() => { stop.current = true; }}>{t('bulk.stop')}</Button>
        </>
      ) : (
        <>
          <span className="tabular" style={{ marginInlineEnd: 4 }} data-testid="bulk-count">{t('bulk.selected', { count: ids.length })}</span>
          {everything ? (
            <Button type="link" size="small" onClick={() => void takeAll()} data-testid="bulk-all">{t('bulk.all', { count })}</Button>
          ) : null}
          {object.actions.includes('update') ? (
            <Button type="text" icon={<EditOutlined />} onClick={() => { setEditing(true); }} data-testid="bulk-edit">{mobile ? null : t('bulk.edit')}</Button>
          ) : null}
          {object.actions.includes('delete') ? (
            <Button type="text" danger icon={<DeleteOutlined />} onClick={confirmRemove} data-testid="bulk-delete">{mobile ? null : t('shell:delete')}</Button>
          ) : null}
          <Button type="text" icon={<CloseOutlined />} aria-label={t('bulk.clear')} onClick={selection.clear} data-testid="bulk-clear" />
        </>
      )}
      {editing ? <BulkEdit object={object} count={ids.length} onClose={() => { setEditing(false); }} onApply={(field, value) => void edit(field, value)} /> : null}
    </div>
  );
}
