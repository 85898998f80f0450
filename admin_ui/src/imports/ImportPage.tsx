import { DeleteOutlined } from '@ant-design/icons';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { App, Button, Collapse, Popconfirm, Steps, Tooltip } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useObject, type ObjectModel } from '@/api/model';
import { http } from '@/api/http';
import { errorText } from '@/api/problem';
import { NotFoundPage } from '@/app/ErrorPages';
import { ObjectIcon } from '@/app/icons';
import { Page } from '@/app/Page';
import { useMobile } from '@/app/useMobile';
import { importQuery, isActive, useCommand, type Command, type Import } from './api';
import { FaultGroups } from './FaultGroups';
import { StateTag } from './History';
import styles from './imports.module.css';
import { KeyAndMode } from './KeyAndMode';
import { MappingTable } from './MappingTable';
import { PreviewTable } from './PreviewTable';
import { RunPanel } from './RunPanel';
import { useMappingEditor, type MappingEditor } from './useMappingEditor';

/** One import from the mapping to the result. */
export function ImportPage() {
  const id = useParams({ strict: false }).id ?? '';
  const job = useSuspenseQuery(importQuery(id)).data;
  const object = useObject(job.object);
  return object ? <ImportView key={id} job={job} object={object} /> : <NotFoundPage />;
}

function ImportView({ job, object }: { job: Import; object: ObjectModel }) {
  const { t, i18n } = useTranslation('imports');
  const editor = useMappingEditor(job);
  const active = isActive(job.state);
  const began = active || job.started_at !== null;
  const mayStart = ['uploaded', 'mapped', 'undone'].includes(job.state) || (job.state === 'done' && job.dry_run);
  const failed = job.failed_rows > 0 && job.state === 'done';
  useListRefresh(job);
  return (
    <Page
      icon={<ObjectIcon name={object.icon} color={object.color} tile size={15} />}
      title={<>{job.file_name} <StateTag job={job} /></>}
      hint={
        <>
          <Link to="/o/$object/import" params={{ object: object.name }}>{t('wizard.title', { label: object.label_plural })}</Link>
          {' · '}{t('page.rows', { count: job.total_rows ?? 0, rows: (job.total_rows ?? 0).toLocaleString(i18n.resolvedLanguage), format: job.format.toUpperCase() })}
        </>
      }
      actions={<>{active ? null : <RemoveButton job={job} />}{mayStart ? <StartButtons job={job} editor={editor} /> : null}</>}
    >
      <div className={styles.page}>
        <Progression job={job} />
        {began && <RunPanel job={job} object={object} />}
        {failed && <FaultGroups key={job.finished_at} job={job} object={object} editor={editor} />}
        {active ? null : began ? (
          <Collapse
            size="small"
            items={[
              { key: 'mapping', label: t('page.mapping'), children: <Mapping job={job} object={object} editor={editor} /> },
              { key: 'preview', label: t('page.preview'), children: <PreviewTable job={job} object={object} /> },
            ]}
          />
        ) : (
          <>
            <Mapping job={job} object={object} editor={editor} />
            <section>
              <h2 className={styles.heading}>{t('page.preview')}</h2>
              <PreviewTable job={job} object={object} />
            </section>
          </>
        )}
      </div>
    </Page>
  );
}

function Mapping({ job, object, editor }: { job: Import; object: ObjectModel; editor: MappingEditor }) {
  return (
    <section>
      <KeyAndMode job={job} object={object} editor={editor} />
      <MappingTable job={job} object={object} editor={editor} />
    </section>
  );
}

function StartButtons({ job, editor }: { job: Import; editor: MappingEditor }) {
  const { t } = useTranslation('imports');
  const { message } = App.useApp();
  const mobile = useMobile();
  const command = useCommand(job.id);
  const go = async (wanted: Command) => {
    if (!(await editor.flush())) {
      void message.error(t('page.fix_mapping'));
      return;
    }
    command.mutate(wanted, { onError: (error) => { void message.error(errorText(error)); } });
  };
  const nothing = editor.mapping.every((column) => !column.field);
  return (
    <>
      <Button disabled={nothing} loading={command.isPending && command.variables === 'dry_run'} onClick={() => { void go('dry_run'); }} data-testid="import-dry-run">{t('page.dry_run')}</Button>
      <Button type="primary" disabled={nothing} loading={command.isPending && command.variables === 'start'} onClick={() => { void go('start'); }} data-testid="import-start">{t(mobile ? 'page.start_short' : 'page.start')}</Button>
    </>
  );
}

/** Forgets the import and its file; the records stay. */
function RemoveButton({ job }: { job: Import }) {
  const { t } = useTranslation('imports');
  const { message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = async () => {
    try {
      await http.delete(`/api/imports/${job.id}`);
    } catch (error) {
      void message.error(errorText(error));
      return;
    }
    void client.invalidateQueries({ queryKey: ['imports', job.object] });
    await navigate({ to: '/o/$object/import', params: { object: job.object } });
  };
  return (
    <Popconfirm title={t('page.remove_ask')} description={job.started_at && !job.dry_run ? t('page.remove_text') : undefined} okText={t('page.remove')} okButtonProps={{ danger: true }} onConfirm={remove}>
      <Tooltip title={t('page.remove')}>
        <Button type="text" icon={<DeleteOutlined />} aria-label={t('page.remove')} data-testid="import-remove" />
      </Tooltip>
    </Popconfirm>
  );
}

function Progression({ job }: { job: Import }) {
  const { t } = useTranslation('imports');
  const mobile = useMobile();
  if (mobile) return null;
  const at = isActive(job.state) ? 2 : job.started_at === null || job.state === 'undone' ? 1 : job.dry_run ? 1 : 3;
  return (
    <Steps
      size="small"
      current={at}
      status={job.state === 'failed' ? 'error' : at === 3 && job.failed_rows === 0 ? 'finish' : 'process'}
      items={[{ title: t('step.upload') }, { title: t('step.mapping') }, { title: t('step.run') }, { title: t('step.result') }]}
      style={{ maxWidth: 720 }}
    />
  );
}

/** Lists and records are read anew once a run has ended. */
function useListRefresh(job: Import): void {
  const client = useQueryClient();
  const was = useRef(job.state);
  useEffect(() => {
    if (isActive(was.current) && !isActive(job.state)) {
      void client.invalidateQueries({ predicate: ({ queryKey }) => !['import', 'import-preview', 'model', 'session', 'icons'].includes(String(queryKey[0])) });
    }
    was.current = job.state;
  }, [client, job.state]);
}
