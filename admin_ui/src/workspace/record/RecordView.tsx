import { DeleteOutlined, DownOutlined, EditOutlined, LinkOutlined, UpOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Tabs, Tooltip } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText, isProblem } from '@/api/problem';
import { deleteRecord, etagOf, restoreRecord } from '@/api/records';
import type { DataRecord } from '@/api/types';
import { ObjectIcon } from '@/app/icons';
import { useShortcut } from '@/app/keyboard';
import { useMobile } from '@/app/useMobile';
import { useTitle } from '@/app/useTitle';
import { forget } from '@/fields/recents';
import { defaultLayout, sectionsOf } from '../form/formModel';
import { neighbours } from '../listContext';
import { recordName } from '../list/listModel';
import { refreshObject } from '../refresh';
import { Details } from './Details';
import { History } from './History';
import styles from './record.module.css';
import { RelatedLists } from './RelatedLists';

const RecordDrawer = lazy(async () => ({ default: (await import('../form/RecordDrawer')).RecordDrawer }));

function Neighbours({ object, id }: { object: ObjectModel; id: string }) {
  const { t } = useTranslation('workspace');
  const navigate = useNavigate();
  const place = neighbours(object.name, id);
  const go = (to: string | undefined) => {
    if (to !== undefined) void navigate({ to: '/o/$object/$id', params: { object: object.name, id: to }, replace: true });
  };
  useShortcut('k', () => { go(place?.previous); }, { enabled: place?.previous !== undefined });
  useShortcut('j', () => { go(place?.next); }, { enabled: place?.next !== undefined });
  if (!place) return null;
  return (
    <span className={styles.neighbours}>
      <span className="tabular">{place.position} / {place.total}</span>
      <Tooltip title={<>{t('record.previous')} <kbd>k</kbd></>}>
        <Button type="text" size="small" icon={<UpOutlined />} disabled={place.previous === undefined} aria-label={t('record.previous')}
          onClick={() => { go(place.previous); }} data-testid="previous-record" />
      </Tooltip>
      <Tooltip title={<>{t('record.next')} <kbd>j</kbd></>}>
        <Button type="text" size="small" icon={<DownOutlined />} disabled={place.next === undefined} aria-label={t('record.next')}
          onClick={() => { go(place.next); }} data-testid="next-record" />
      </Tooltip>
    </span>
  );
}

/** Deletes the record after a question, and offers to bring it back. */
function useDelete(object: ObjectModel, record: DataRecord, name: string) {
  const { t } = useTranslation(['workspace', 'shell']);
  const { modal, notification, message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const restore = async (key: string) => {
    notification.destroy(key);
    try {
      await restoreRecord(object.name, record.id);
      await refreshObject(client, object.name);
      await navigate({ to: '/o/$object/$id', params: { object: object.name, id: record.id } });
    } catch (error) {
      void message.error(errorText(error));
    }
  };
  const remove = async () => {
    try {
      await deleteRecord(object.name, record.id, { etag: etagOf(record) });
    } catch (error) {
      if (isProblem(error, 'stale')) {
        await client.invalidateQueries({ queryKey: ['record', object.name, record.id] });
        void message.warning(t('conflict.delete'));
      } else void message.error(errorText(error));
      return;
    }
    forget(object.name, record.id);
    const key = `deleted-${record.id}`;
    await navigate({ to: '/o/$object', params: { object: object.name }, search: {} });
    client.removeQueries({ queryKey: ['record', object.name, record.id] });
    await refreshObject(client, object.name);
    notification.success({
      key,
      title: t('record.deleted', { name }),
      duration: 10,
      actions: <Button size="small" onClick={() => void restore(key)} data-testid="undo-delete">{t('shell:undo')}</Button>,
    });
  };
  return () => {
    modal.confirm({
      title: t('record.deleteTitle', { name }),
      content: t('record.deleteText'),
      okText: t('shell:delete'),
      cancelText: t('shell:cancel'),
      okButtonProps: { danger: true, 'data-testid': 'delete-confirm' },
      onOk: () => void remove(),
    });
  };
}

export function RecordView({ object, record }: { object: ObjectModel; record: DataRecord }) {
  const { t, i18n } = useTranslation(['workspace', 'shell']);
  const { message } = App.useApp();
  const mobile = useMobile();
  const [editing, setEditing] = useState(false);
  const name = recordName(object, record, i18n.resolvedLanguage ?? 'en') || t('shell:untitled');
  const remove = useDelete(object, record, name);
  useTitle(name);
  const mayUpdate = object.actions.includes('update');
  useShortcut('e', () => { setEditing(true); }, { enabled: mayUpdate });
  const layout = defaultLayout(object);
  const history = object.features.history !== false;
  const copyLink = async () => {
    await navigator.clipboard.writeText(window.location.href);
    void message.success(t('shell:copied'));
  };
  const overview = (
    <div className={styles.overview}>
      <div className={styles.details}>
        <Details object={object} record={record} sections={sectionsOf(object, t('form.other'))} />
      </div>
      <RelatedLists object={object} record={record} name={name} layout={layout} />
    </div>
  );
  return (
    <section className={styles.page} data-testid="record-page">
      <header className={styles.head}>
        <ObjectIcon name={object.icon} color={object.color} tile size={17} />
        <div className={styles.titles}>
          <nav aria-label={t('record.breadcrumb')}>
            <Link to="/o/$object" params={{ object: object.name }} search={{}} className={styles.crumb} data-testid="back-to-list">
              {object.label_plural}
            </Link>
          </nav>
          <h1 className={styles.title} data-testid="record-title">{name}</h1>
        </div>
        <div className={styles.actions}>
          {mobile ? null : <Neighbours object={object} id={record.id} />}
          {mobile ? null : (
            <Tooltip title={t('record.copyLink')}>
              <Button type="text" icon={<LinkOutlined />} aria-label={t('record.copyLink')} onClick={() => void copyLink()} />
            </Tooltip>
          )}
          {object.actions.includes('delete') ? (
            <Tooltip title={t('shell:delete')}>
              <Button type="text" icon={<DeleteOutlined />} aria-label={t('shell:delete')} onClick={remove} data-testid="delete-record" />
            </Tooltip>
          ) : null}
          {mayUpdate ? (
            <Button icon={<EditOutlined />} onClick={() => { setEditing(true); }} data-testid="edit-record" aria-label={t('record.edit')}>
              {mobile ? null : t('record.edit')}
            </Button>
          ) : null}
        </div>
      </header>
      {history ? (
        <Tabs
          className={styles.tabs ?? ''}
          items={[
            { key: 'overview', label: <span data-testid="tab-overview">{t('record.overview')}</span>, children: overview },
            { key: 'history', label: <span data-testid="tab-history">{t('record.history')}</span>, children: <History object={object} id={record.id} /> },
          ]}
        />
      ) : (
        <div className={styles.body}>{overview}</div>
      )}
      {editing ? (
        <Suspense fallback={null}>
          <RecordDrawer
            object={object}
            record={record}
            onClose={() => { setEditing(false); }}
            onSaved={() => {
              setEditing(false);
              void message.success(t('form.saved'));
            }}
          />
        </Suspense>
      ) : null}
    </section>
  );
}
