import { CheckCircleFilled, DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Skeleton, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { faultGroupsQuery, useCommand, type FaultGroup, type Import } from './api';
import { FaultRows } from './FaultRows';
import styles from './imports.module.css';
import { mapValue } from './mapping';
import { TargetValue } from './TargetValue';
import type { MappingEditor } from './useMappingEditor';

interface FaultGroupsProps {
  job: Import;
  object: ObjectModel;
  editor: MappingEditor;
}

/** Why rows failed, by value; one choice mends all rows of a group, then only the failed rows are run again. */
export function FaultGroups({ job, object, editor }: FaultGroupsProps) {
  const { t, i18n } = useTranslation('imports');
  const { message } = App.useApp();
  const groups = useQuery(faultGroupsQuery(job));
  const command = useCommand(job.id);
  const [mended, setMended] = useState<Record<string, string | null>>({});
  const [rows, setRows] = useState(false);
  const count = groups.data?.filter((group) => keyOf(group) in mended).reduce((sum, group) => sum + group.count, 0) ?? 0;
  const number = (value: number) => value.toLocaleString(i18n.resolvedLanguage);

  const mend = (group: FaultGroup, to: string | null) => {
    if (group.column === null || group.value === null) return;
    editor.change({ mapping: mapValue(editor.mapping, group.column, group.value, to) });
    setMended((old) => ({ ...old, [keyOf(group)]: to }));
  };
  const createMissing = (group: FaultGroup) => {
    editor.change({
      mapping: editor.mapping.map((one) => (one.column === group.column ? { ...one, lookup: { ...one.lookup, create_missing: true } } : one)),
    });
    setMended((old) => ({ ...old, [keyOf(group)]: group.value }));
  };
  const again = async () => {
    if (!(await editor.flush())) return;
    command.mutate(job.dry_run ? 'dry_run' : 'start', { onError: (error) => { void message.error(errorText(error)); } });
  };
  return (
    <section data-testid="import-faults">
      <div className={styles.faultHead}>
        <h2 className={styles.heading}>{t('faults.title', { count: job.failed_rows, rows: number(job.failed_rows) })}</h2>
        <span className={styles.runActions}>
          <Button icon={<DownloadOutlined />} href={`/api/imports/${job.id}/faults.csv`} download data-testid="import-faults-download">{t('faults.download')}</Button>
          <Button type={count > 0 && !job.dry_run ? 'primary' : 'default'} onClick={() => { void again(); }} loading={command.isPending} data-testid="import-again">
            {job.dry_run ? t('faults.dry_again') : t('faults.again', { count: job.failed_rows, rows: number(job.failed_rows) })}
          </Button>
        </span>
      </div>
      <p className={styles.note}>{t(job.dry_run ? 'faults.help_dry' : 'faults.help')}</p>
      {editor.faults.general.length > 0 && <Alert type="error" showIcon title={editor.faults.general.join(' ')} />}
      {groups.isPending && <Skeleton active title={false} paragraph={{ rows: 3 }} />}
      {groups.isError && <Alert type="error" showIcon title={errorText(groups.error)} />}
      <div className={styles.list}>
        {groups.data?.map((group) => (
          <Group
            key={keyOf(group)}
            group={group}
            object={object}
            match={editor.mapping.find((one) => one.column === group.column)?.lookup?.match}
            mended={keyOf(group) in mended ? { to: mended[keyOf(group)] ?? null } : null}
            onMend={(to) => { mend(group, to); }}
            onCreate={() => { createMissing(group); }}
          />
        ))}
      </div>
      <Button type="link" onClick={() => { setRows(!rows); }} data-testid="import-fault-rows-toggle">{t(rows ? 'faults.hide_rows' : 'faults.show_rows')}</Button>
      {rows && <FaultRows job={job} />}
    </section>
  );
}

function keyOf(group: FaultGroup): string {
  return JSON.stringify([group.column, group.code, group.value]);
}

interface GroupProps {
  group: FaultGroup;
  object: ObjectModel;
  match: string | null | undefined;
  /** What the value was mapped to, when it was. */
  mended: { to: string | null } | null;
  onMend: (to: string | null) => void;
  onCreate: () => void;
}

function Group({ group, object, match, mended, onMend, onCreate }: GroupProps) {
  const { t, i18n } = useTranslation('imports');
  const [choice, setChoice] = useState(group.suggestions[0] ?? '');
  const field = group.field ? object.field.get(group.field) : undefined;
  const mendable = group.value !== null && group.column !== null && field !== undefined;
  return (
    <div className={styles.group} data-testid={`fault-group-${group.value ?? group.code}`}>
      <span className={`${styles.groupCount} tabular`}>{group.count.toLocaleString(i18n.resolvedLanguage)}</span>
      <span className={styles.groupText}>
        <span>
          {group.column && <Tag variant="filled">{group.column}</Tag>}
          {group.value !== null && <code className={styles.value}>{group.value}</code>}
        </span>
        <span className={styles.note}>{group.message}</span>
      </span>
      {mendable && mended ? (
        <span className={styles.mended} data-testid={`fault-mended-${group.value ?? ''}`}>
          <CheckCircleFilled /> {t('faults.mended', { value: mended.to ?? t('values.empty') })}
        </span>
      ) : null}
      {mendable && !mended ? (
        <span className={styles.mend}>
          <TargetValue field={field} match={match} value={choice} suggestions={group.suggestions} onChange={setChoice} onEnter={() => { if (choice.trim() !== '') onMend(choice.trim()); }} testId={`fault-value-${group.value ?? ''}`} />
          <Button disabled={choice.trim() === ''} onClick={() => { onMend(choice.trim()); }} data-testid={`fault-map-${group.value ?? ''}`}>{t('faults.map')}</Button>
          {field.required ? null : <Button type="text" onClick={() => { onMend(null); }}>{t('faults.leave_empty')}</Button>}
          {group.code === 'import_lookup_missing' && <Button type="text" onClick={onCreate}>{t('faults.create')}</Button>}
        </span>
      ) : null}
    </div>
  );
}
