import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Skeleton, Tag } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { importsQuery, isActive, type Import, type ImportState } from './api';
import styles from './imports.module.css';

const COLORS: Record<ImportState, string> = {
  uploaded: 'default', mapped: 'default', queued: 'blue', running: 'blue', done: 'green', failed: 'red', cancelled: 'orange', undoing: 'blue', undone: 'default',
};

export function StateTag({ job }: { job: Pick<Import, 'state' | 'dry_run'> }) {
  const { t } = useTranslation('imports');
  const dry = job.dry_run && job.state === 'done';
  return <Tag color={dry ? 'purple' : COLORS[job.state]} variant="filled">{t(dry ? 'state.dry_run' : `state.${job.state}`)}</Tag>;
}

/** Imports into an object, the latest first. */
export function History({ object }: { object: string }) {
  const { t, i18n } = useTranslation('imports');
  const { data, isPending } = useQuery({
    ...importsQuery(object),
    refetchInterval: (query) => (query.state.data?.some((job) => isActive(job.state)) ? 2000 : false),
  });
  const number = (value: number) => value.toLocaleString(i18n.resolvedLanguage);
  return (
    <section className={styles.history}>
      <h2 className={styles.heading}>{t('history.title')}</h2>
      {isPending && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
      {data?.length === 0 && <p className={styles.note}>{t('history.none')}</p>}
      {data && data.length > 0 && (
        <div className={styles.list}>
          {data.map((job) => (
            <Link key={job.id} to="/imports/$id" params={{ id: job.id }} className={styles.job} data-testid={`import-${job.id}`}>
              <span className={`${styles.jobName} truncate`}>{job.file_name}</span>
              <span className={`${styles.note} ${styles.wide}`}>
                {job.started_at && !job.dry_run
                  ? t('history.counts', { created: number(job.created_rows), updated: number(job.updated_rows), failed: number(job.failed_rows) })
                  : t('history.rows', { count: job.total_rows ?? 0, rows: number(job.total_rows ?? 0) })}
              </span>
              <time className={styles.note} dateTime={job.created_at} title={dayjs(job.created_at).format('LLL')}>{dayjs(job.created_at).fromNow()}</time>
              <StateTag job={job} />
            </Link>
          ))}
        </div>
      )}
    </section>
  );
}
