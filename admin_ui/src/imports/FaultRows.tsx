import { useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Button, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { errorText } from '@/api/problem';
import { readFaults, type Import } from './api';
import styles from './imports.module.css';

/** Rows that failed as they stand in the file, with the reasons first. */
export function FaultRows({ job }: { job: Import }) {
  const { t } = useTranslation('imports');
  const pages = useInfiniteQuery({
    queryKey: ['import-faults', job.id, job.finished_at],
    queryFn: ({ pageParam }) => readFaults(job.id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  if (pages.isPending) return <Skeleton active title={false} paragraph={{ rows: 5 }} />;
  if (pages.isError) return <Alert type="error" showIcon title={errorText(pages.error)} />;
  const rows = pages.data.pages.flatMap((page) => page.data);
  return (
    <>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('preview.row')}</th>
              <th scope="col">{t('faults.reason')}</th>
              {job.columns.map((column) => <th key={column.name} scope="col">{column.name}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const bad = new Set(row.faults.map((fault) => fault.column));
              return (
                <tr key={row.row}>
                  <td className={styles.number}>{row.row}</td>
                  <td className={styles.reason}>{row.faults.map((fault) => fault.message).join(' ')}</td>
                  {job.columns.map((column, index) => <td key={column.name} className={bad.has(column.name) ? styles.badCell : undefined}>{row.values[index] ?? ''}</td>)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {pages.hasNextPage && <Button size="small" loading={pages.isFetchingNextPage} onClick={() => { void pages.fetchNextPage(); }} style={{ marginTop: 8 }}>{t('faults.more')}</Button>}
    </>
  );
}
