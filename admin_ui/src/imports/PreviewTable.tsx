import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { Alert, Skeleton, Tag, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { FieldDisplay } from '@/fields';
import { previewQuery, type Import, type PreviewRow } from './api';
import styles from './imports.module.css';

const COLORS = { create: 'green', update: 'blue', skip: 'default' } as const;

/** The first rows as they would be imported; a cell that does not fit is marked with the reason. */
export function PreviewTable({ job, object }: { job: Import; object: ObjectModel }) {
  const { t } = useTranslation('imports');
  const preview = useQuery({ ...previewQuery(job), placeholderData: keepPreviousData });
  const mapped = job.mapping.filter((column) => column.field);
  if (mapped.length === 0) return <p className={styles.note}>{t('preview.nothing')}</p>;
  if (preview.isError) return <Alert type="warning" showIcon title={errorText(preview.error)} />;
  if (!preview.data) return <Skeleton active title={false} paragraph={{ rows: 6 }} />;
  return (
    <div className={styles.scroll} data-testid="import-preview" aria-busy={preview.isFetching}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('preview.row')}</th>
            <th scope="col">{t('preview.action')}</th>
            {mapped.map((column) => <th key={column.column} scope="col">{object.field.get(column.field ?? '')?.label ?? column.field}</th>)}
          </tr>
        </thead>
        <tbody>
          {preview.data.map((row) => (
            <tr key={row.row}>
              <td className={styles.number}>{row.row}</td>
              <td>{row.faults.length > 0 ? <Tag color="red" variant="filled">{t('action.fault')}</Tag> : <Tag color={COLORS[row.action]} variant="filled">{t(`action.${row.action}`)}</Tag>}</td>
              {mapped.map((column) => <Cell key={column.column} row={row} field={column.field ?? ''} column={column.column} object={object} job={job} />)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ row, field, column, object, job }: { row: PreviewRow; field: string; column: string; object: ObjectModel; job: Import }) {
  const faults = row.faults.filter((fault) => fault.field === field || fault.column === column);
  const described = object.field.get(field);
  if (faults.length > 0) {
    const text = row.cells[job.columns.findIndex((one) => one.name === column)];
    return (
      <td className={styles.badCell}>
        <Tooltip title={faults.map((fault) => fault.message).join(' ')}><span>{text === undefined || text === '' ? '—' : String(text)}</span></Tooltip>
      </td>
    );
  }
  const value = row.data[field];
  return <td>{described ? <FieldDisplay field={described} value={value} /> : String(value ?? '')}</td>;
}
