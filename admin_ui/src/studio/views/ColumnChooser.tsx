import { CloseOutlined } from '@ant-design/icons';
import { Button, InputNumber, Select, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { resolvePath, type Model, type ObjectModel } from '@/api/model';
import type { Column } from '@/api/types';
import { filterFields } from '@/filters';
import { moved } from '../documents';
import { SortableRows } from '../parts/SortableRows';
import { TypeIcon } from '../types';
import styles from './views.module.css';

interface ColumnChooserProps {
  model: Model;
  object: ObjectModel;
  columns: Column[];
  onChange: (columns: Column[]) => void;
}

/** Columns of a list from left to right, with their widths; fields one lookup away may be columns too. */
export function ColumnChooser({ model, object, columns, onChange }: ColumnChooserProps) {
  const { t } = useTranslation('studio');
  const chosen = new Set(columns.map((column) => column.field));
  const groups = new Map<string, { value: string; label: string; 'data-testid': string }[]>();
  for (const field of filterFields(model, object)) {
    if (chosen.has(field.path)) continue;
    const group = field.group ?? t('views.own_fields');
    groups.set(group, [...(groups.get(group) ?? []), { value: field.path, label: field.group === null ? field.field.label : field.label, 'data-testid': `column-option-${field.path}` }]);
  }
  return (
    <>
      <SortableRows
        items={columns}
        idOf={(column) => column.field}
        onMove={(from, to) => { onChange(moved(columns, from, to)); }}
        rowTestId={(column) => `column-${column.field}`}
        render={(column, index) => (
          <ColumnRow
            column={column}
            model={model}
            object={object}
            last={columns.length === 1}
            onWidth={(width) => { onChange(columns.map((one, at) => (at === index ? (width === null ? { field: one.field } : { field: one.field, width }) : one))); }}
            onRemove={() => { onChange(columns.filter((_, at) => at !== index)); }}
          />
        )}
      />
      <Select
        className={styles.add}
        value={null}
        showSearch={{ optionFilterProp: 'label' }}
        placeholder={t('views.add_column')}
        aria-label={t('views.add_column')}
        options={[...groups].map(([label, options]) => ({ label, title: label, options }))}
        onChange={(field: string | null) => { if (field) onChange([...columns, { field }]); }}
        data-testid="column-add"
      />
    </>
  );
}

interface ColumnRowProps {
  column: Column;
  model: Model;
  object: ObjectModel;
  last: boolean;
  onWidth: (width: number | null) => void;
  onRemove: () => void;
}

function ColumnRow({ column, model, object, last, onWidth, onRemove }: ColumnRowProps) {
  const { t } = useTranslation('studio');
  const found = resolvePath(model, object, column.field);
  return (
    <div className={styles.column}>
      <span className={styles.columnIcon}><TypeIcon type={found?.field.type} /></span>
      <span className={styles.columnLabel}>{found?.label ?? column.field}</span>
      <Tooltip title={t('views.width_help')}>
        <InputNumber className={styles.width} min={40} max={2000} step={10} precision={0} value={column.width ?? null} placeholder={t('views.width_auto')} suffix="px" onChange={onWidth} aria-label={t('views.width')} />
      </Tooltip>
      <Button type="text" size="small" icon={<CloseOutlined />} disabled={last} onClick={onRemove} aria-label={t('parts.remove')} />
    </div>
  );
}
