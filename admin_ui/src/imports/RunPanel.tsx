import { Link } from '@tanstack/react-router';
import { Alert, App, Button, Progress } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '@/api/problem';
import type { ObjectModel } from '@/api/model';
import { isActive, useCommand, type Command, type Import } from './api';
import styles from './imports.module.css';
import { pace } from './mapping';

const COUNTS = ['created', 'updated', 'skipped', 'failed'] as const;

/** Progress of a run and, when it has ended, what came of it and what can be done now. */
export function RunPanel({ job, object }: { job: Import; object: ObjectModel }) {
  const { t, i18n } = useTranslation('imports');
  const { modal, message } = App.useApp();
  const number = (value: number) => value.toLocaleString(i18n.resolvedLanguage);
  const command = useCommand(job.id);
  const run = (wanted: Command) => {
    command.mutate(wanted, { onError: (error) => { void message.error(errorText(error)); } });
  };
  const askUndo = () => {
    modal.confirm({
      title: t('undo.title'),
      content: t('undo.text', { created: number(job.created_rows), updated: number(job.updated_rows) }),
      okText: t('undo.undo'),
      okButtonProps: { danger: true, ...{ 'data-testid': 'import-undo-confirm' } },
      onOk: () => { run('undo'); },
    });
  };
  const active = isActive(job.state);
  const wrote = !job.dry_run && job.created_rows + job.updated_rows > 0;
  return (
    <section className={styles.run} data-testid="import-run" data-state={job.state} data-dry-run={job.dry_run || undefined}>
      <div className={styles.runHead}>
        <strong>{t(runTitle(job))}</strong>
        <span className={styles.runActions}>
          {(job.state === 'queued' || job.state === 'running') && <Button onClick={() => { run('cancel'); }} loading={command.isPending} data-testid="import-cancel">{t('run.cancel')}</Button>}
          {(job.state === 'cancelled' || job.state === 'failed') && <Button type="primary" onClick={() => { run('resume'); }} loading={command.isPending} data-testid="import-resume">{t('run.resume')}</Button>}
          {['done', 'cancelled', 'failed'].includes(job.state) && wrote && <Button danger onClick={askUndo} data-testid="import-undo">{t('undo.undo')}</Button>}
          {job.state === 'done' && wrote && (
            <Link to="/o/$object" params={{ object: object.name }}><Button data-testid="import-open-list">{t('run.open', { label: object.label_plural })}</Button></Link>
          )}
        </span>
      </div>
      {active && <RunProgress job={job} />}
      {job.state === 'cancelled' && <div className={`${styles.note} tabular`}>{t('run.done_of', { done: number(job.done_rows), total: number(job.total_rows ?? 0) })}</div>}
      {job.error?.message && <Alert type={job.state === 'failed' ? 'error' : 'warning'} showIcon title={job.error.message} data-testid="import-error" />}
      <Counts job={job} />
    </section>
  );
}

function runTitle(job: Import): `run.${'dry_running' | 'dry_done'}` | `state.${Import['state']}` {
  if (job.dry_run && isActive(job.state)) return 'run.dry_running';
  if (job.dry_run && job.state === 'done') return 'run.dry_done';
  return `state.${job.state}`;
}

function RunProgress({ job }: { job: Import }) {
  const { t, i18n } = useTranslation('imports');
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => { setNow(Date.now()); }, 500);
    return () => { clearInterval(timer); };
  }, []);
  const percent = job.total_rows ? Math.min(100, Math.floor((job.done_rows / job.total_rows) * 100)) : 0;
  const speed = job.state === 'running' ? pace(job.done_rows, job.total_rows, job.started_at, now) : null;
  const number = (value: number) => Math.round(value).toLocaleString(i18n.resolvedLanguage);
  return (
    <div>
      <Progress percent={percent} status="active" data-testid="import-progress" />
      <div className={`${styles.note} tabular`}>
        {job.state === 'queued' ? t('run.waiting') : t('run.done_of', { done: number(job.done_rows), total: number(job.total_rows ?? 0) })}
        {speed && <> · {t('run.rate', { rate: number(speed.rate) })}</>}
        {speed?.left !== null && speed !== null && <> · {t('run.left', { count: Math.max(1, Math.round(speed.left)) })}</>}
      </div>
      {job.state === 'running' && <div className={styles.note}>{t('run.leave')}</div>}
    </div>
  );
}

function Counts({ job }: { job: Import }) {
  const { t, i18n } = useTranslation('imports');
  return (
    <dl className={styles.counts}>
      {COUNTS.map((key) => {
        const value = job[`${key}_rows`];
        return (
          <div key={key} className={styles.count} data-kind={key} data-zero={value === 0 || undefined}>
            <dt>{t(`count.${job.dry_run ? 'would_' : ''}${key}`)}</dt>
            <dd data-testid={`import-count-${key}`}>{value.toLocaleString(i18n.resolvedLanguage)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
