import { ArrowRightOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Avatar, Button, Skeleton, Tag } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { recordHistory } from '@/api/records';
import type { HistoryEntry } from '@/api/types';
import { Empty } from '@/app/Empty';
import { ErrorNote } from '@/app/ErrorPages';
import { initials } from '@/app/initials';
import { FieldDisplay, formatDateTime } from '@/fields';
import { useLinkedNames } from './useLinkedNames';
import styles from './record.module.css';

function author(entry: HistoryEntry): string | undefined {
  return entry.by?.name ?? entry.by?._name ?? undefined;
}

function Changes({ object, entry, nameOf }: { object: ObjectModel; entry: HistoryEntry; nameOf: (object: string, value: unknown) => unknown }) {
  const changes = Object.entries(entry.changes ?? {}).filter(([name]) => object.field.has(name));
  if (changes.length === 0) return null;
  return (
    <ul className={styles.changes}>
      {changes.map(([name, { old, new: now }]) => {
        const field = object.field.get(name);
        if (!field) return null;
        const shown = (value: unknown) => (field.target ? nameOf(field.target, value) : value);
        const none = <span className={styles.none}>—</span>;
        return (
          <li key={name} data-testid={`change-${name}`}>
            <span className={styles.changeField}>{field.label}</span>
            {entry.action === 'created' ? null : (
              <>
                <span className={styles.old}><FieldDisplay field={field} value={shown(old)} compact placeholder={none} /></span>
                <ArrowRightOutlined style={{ color: 'var(--text-3)', fontSize: 10 }} />
              </>
            )}
            <span className={styles.new}><FieldDisplay field={field} value={shown(now)} compact placeholder={none} /></span>
          </li>
        );
      })}
    </ul>
  );
}

/** Who changed what and when, the latest first. */
export function History({ object, id }: { object: ObjectModel; id: string }) {
  const { t } = useTranslation('workspace');
  const query = useInfiniteQuery({
    queryKey: ['history', object.name, id],
    queryFn: ({ pageParam }) => recordHistory(object.name, id, pageParam === '' ? undefined : pageParam),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const entries = query.data?.pages.flatMap((page) => page.data) ?? [];
  const nameOf = useLinkedNames(object, entries);
  if (query.isPending) return <div className={styles.history}><Skeleton active avatar paragraph={{ rows: 4 }} /></div>;
  if (query.error) return <ErrorNote error={query.error} onRetry={() => void query.refetch()} />;
  if (entries.length === 0) return <Empty icon="history" title={t('history.none')} text={t('history.noneText')} />;
  return (
    <ol className={styles.history} data-testid="history">
      {entries.map((entry) => {
        const who = author(entry) ?? t('history.system');
        return (
          <li key={entry.id} className={styles.entry} data-testid="history-entry">
            <Avatar size={24} className={styles.avatar}>{initials(who)}</Avatar>
            <div className={styles.entryBody}>
              <div>
                <strong>{who}</strong> <span className={styles.what}>{t(`history.${entry.action}`)}</span>
                {entry.source && !['api', 'http', 'ui'].includes(entry.source) ? <Tag style={{ marginInlineStart: 8 }}>{t(`history.source.${entry.source}`, { defaultValue: entry.source })}</Tag> : null}
                <time className={styles.when} dateTime={entry.at} title={formatDateTime(entry.at)}>{dayjs(entry.at).fromNow()}</time>
              </div>
              <Changes object={object} entry={entry} nameOf={nameOf} />
            </div>
          </li>
        );
      })}
      {query.hasNextPage ? (
        <li><Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>{t('history.more')}</Button></li>
      ) : null}
    </ol>
  );
}
