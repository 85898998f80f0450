import { ArrowRightOutlined, SettingOutlined } from '@ant-design/icons';
import { Button, Select, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel, type ObjectModel } from '@/api/model';
import type { FieldDescription } from '@/api/types';
import type { ColumnMapping, Import } from './api';
import { ColumnOptions, hasOptions } from './ColumnOptions';
import styles from './imports.module.css';
import { assign, fitOptions, importableFields, type MappingFaults } from './mapping';
import type { MappingEditor } from './useMappingEditor';

interface MappingTableProps {
  job: Import;
  object: ObjectModel;
  editor: MappingEditor;
}

/** Each column of the file with its first values, the field that it goes into, and how it is read. */
export function MappingTable({ job, object, editor }: MappingTableProps) {
  const { t } = useTranslation('imports');
  const { mapping, options, change, faults } = editor;
  const byColumn = new Map(mapping.map((column, index) => [column.column, index]));
  const set = (index: number, column: ColumnMapping) => { change({ mapping: mapping.map((one, at) => (at === index ? column : one)) }); };
  const assignField = (index: number, field: string | null) => {
    const next = assign(mapping, index, field);
    change({ mapping: next, options: fitOptions(object, next, options) });
  };
  return (
    <div className={styles.mapping} data-testid="import-mapping">
      <div className={`${styles.mapRow} ${styles.mapHead}`}>
        <span>{t('mapping.column')}</span>
        <span />
        <span>{t('mapping.field')}</span>
        <span className={styles.wide}>{t('mapping.reading')}</span>
      </div>
      {job.columns.map((column) => {
        const index = byColumn.get(column.name);
        const known = index === undefined ? undefined : mapping[index];
        if (index === undefined || !known) {
          return (
            <ColumnRow
              key={column.name} job={job} object={object} column={{ column: column.name }} samples={column.samples} faults={faults} used={mapping}
              onField={(field) => { change({ mapping: [...mapping, { column: column.name, ...(field === null ? {} : { field }) }] }); }}
              onChange={(next) => { change({ mapping: [...mapping, next] }); }}
            />
          );
        }
        return (
          <ColumnRow
            key={column.name} job={job} object={object} column={known} samples={column.samples} faults={faults} used={mapping}
            onField={(field) => { assignField(index, field); }}
            onChange={(next) => { set(index, next); }}
          />
        );
      })}
    </div>
  );
}

interface ColumnRowProps {
  job: Import;
  object: ObjectModel;
  column: ColumnMapping;
  samples: string[];
  used: readonly ColumnMapping[];
  faults: MappingFaults;
  onField: (field: string | null) => void;
  onChange: (column: ColumnMapping) => void;
}

function ColumnRow({ job, object, column, samples, used, faults, onField, onChange }: ColumnRowProps) {
  const { t } = useTranslation('imports');
  const [open, setOpen] = useState(false);
  const field = column.field ? object.field.get(column.field) : undefined;
  const messages = faults.columns[column.column] ?? [];
  return (
    <div className={styles.mapItem} data-testid={`map-${column.column}`} data-skipped={field ? undefined : true}>
      <div className={styles.mapRow}>
        <span className={styles.mapColumn}>
          <strong className="truncate">{column.column}</strong>
          <span className={`${styles.samples} truncate`} title={samples.join('\n')}>{samples.slice(0, 3).join(' · ') || t('mapping.blank')}</span>
        </span>
        <ArrowRightOutlined className={styles.arrow} />
        <FieldSelect object={object} column={column} used={used} status={messages.length > 0 ? 'error' : ''} onChange={onField} />
        <span className={styles.reading}>
          {field && <Reading column={column} field={field} />}
          {field && hasOptions(field) && (
            <Tooltip title={t('mapping.options')}>
              <Button
                type="text"
                size="small"
                icon={<SettingOutlined />}
                aria-expanded={open}
                aria-label={t('mapping.options_of', { column: column.column })}
                onClick={() => { setOpen(!open); }}
                data-testid={`map-options-${column.column}`}
              />
            </Tooltip>
          )}
        </span>
      </div>
      {messages.map((message) => <p key={message} className={styles.fault}>{message}</p>)}
      {open && field && <ColumnOptions job={job} column={column} field={field} samples={samples} onChange={onChange} />}
    </div>
  );
}

function FieldSelect({ object, column, used, status, onChange }: { object: ObjectModel; column: ColumnMapping; used: readonly ColumnMapping[]; status: '' | 'error'; onChange: (field: string | null) => void }) {
  const { t } = useTranslation('imports');
  const taken = new Map(used.map((one) => [one.field, one.column]));
  const options = importableFields(object).map((field) => {
    const other = taken.get(field.name);
    return { value: field.name, label: field.required ? `${field.label} *` : field.label, note: other && other !== column.column ? t('mapping.taken', { column: other }) : '' };
  });
  return (
    <Select
      className={styles.fieldSelect}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      value={column.field ?? null}
      status={status}
      placeholder={t('mapping.skip')}
      options={options}
      optionRender={({ data }) => <span className={styles.option}>{data.label}<span className={styles.note}>{data.note}</span></span>}
      onChange={(field: string | undefined) => { onChange(field ?? null); }}
      aria-label={t('mapping.field_of', { column: column.column })}
      data-testid={`map-field-${column.column}`}
    />
  );
}

/** How the column is read, in a few words. */
function Reading({ column, field }: { column: ColumnMapping; field: FieldDescription }) {
  const { t } = useTranslation('imports');
  const model = useModel();
  const count = Object.keys(column.values ?? {}).length;
  const target = field.target ? model.byName.get(field.target) : undefined;
  const match = target?.field.get(column.lookup?.match || target.name_field);
  return (
    <span className={`${styles.tags} ${styles.wide}`}>
      {target && <Tag variant="filled">{t('mapping.by', { object: target.label, field: match?.label ?? '' })}</Tag>}
      {column.lookup?.create_missing && <Tag color="orange" variant="filled">{t('mapping.creates')}</Tag>}
      {(field.type === 'date' || field.type === 'datetime') && <Tag variant="filled">{t(`order.${column.date_order || 'auto'}`)}</Tag>}
      {column.decimal === 'comma' && <Tag variant="filled">{t('decimal.comma')}</Tag>}
      {count > 0 && <Tag color="blue" variant="filled">{t('mapping.values', { count })}</Tag>}
    </span>
  );
}
