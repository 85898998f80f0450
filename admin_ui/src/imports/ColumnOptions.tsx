import { ArrowRightOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import type { FieldDescription } from '@/api/types';
import type { ColumnMapping, DateOrder, Import } from './api';
import styles from './imports.module.css';
import { matchFields } from './mapping';
import { TargetValue } from './TargetValue';

const NUMERIC = new Set(['integer', 'decimal', 'currency', 'percent']);
const ORDERS: DateOrder[] = ['auto', 'mdy', 'dmy', 'ymd'];

/** Every type that is mapped has at least its value mapping; ids have nothing to choose. */
export function hasOptions(field: FieldDescription): boolean {
  return field.name !== 'id';
}

interface ColumnOptionsProps {
  job: Import;
  column: ColumnMapping;
  field: FieldDescription;
  samples: string[];
  onChange: (column: ColumnMapping) => void;
}

/** How the values of a column are understood. */
export function ColumnOptions({ column, field, samples, onChange }: ColumnOptionsProps) {
  const { t } = useTranslation('imports');
  return (
    <div className={styles.columnOptions}>
      <Form layout="vertical" component="div" className={styles.optionGrid}>
        {(field.type === 'date' || field.type === 'datetime') && (
          <Form.Item label={t('order.title')} extra={samples[0] ? t('order.example', { sample: samples[0] }) : undefined}>
            <Select<DateOrder>
              value={column.date_order || 'auto'}
              options={ORDERS.map((order) => ({ value: order, label: t(`order.${order}`) }))}
              onChange={(date_order) => { onChange({ ...column, date_order }); }}
              aria-label={t('order.title')}
              data-testid={`map-date-order-${column.column}`}
            />
          </Form.Item>
        )}
        {NUMERIC.has(field.type) && (
          <Form.Item label={t('decimal.title')}>
            <Select
              value={column.decimal || 'point'}
              options={[{ value: 'point', label: t('decimal.point') }, { value: 'comma', label: t('decimal.comma') }]}
              onChange={(decimal) => { onChange({ ...column, decimal: decimal as 'point' | 'comma' }); }}
              aria-label={t('decimal.title')}
            />
          </Form.Item>
        )}
        {field.target && <LookupOptions column={column} field={field} onChange={onChange} />}
      </Form>
      <ValueMap column={column} field={field} onChange={onChange} />
    </div>
  );
}

function LookupOptions({ column, field, onChange }: { column: ColumnMapping; field: FieldDescription; onChange: (column: ColumnMapping) => void }) {
  const { t } = useTranslation('imports');
  const model = useModel();
  const target = model.byName.get(field.target ?? '');
  const match = column.lookup?.match || target?.name_field;
  const set = (part: NonNullable<ColumnMapping['lookup']>) => { onChange({ ...column, lookup: { ...column.lookup, ...part } }); };
  return (
    <>
      <Form.Item label={t('lookup.match', { object: target?.label ?? '' })}>
        <Select
          value={match ?? null}
          options={matchFields(model, field).map((one) => ({ value: one.name, label: one.label }))}
          onChange={(next) => { set({ match: next }); }}
          aria-label={t('lookup.match', { object: target?.label ?? '' })}
          data-testid={`map-match-${column.column}`}
        />
      </Form.Item>
      <Form.Item label={t('lookup.missing')}>
        <label className={styles.switch}>
          <Switch size="small" checked={column.lookup?.create_missing === true} onChange={(create_missing) => { set({ match: match ?? '', create_missing }); }} data-testid={`map-create-missing-${column.column}`} />
          {t('lookup.create', { object: target?.label ?? '' })}
        </label>
      </Form.Item>
    </>
  );
}

/** Pairs of "in the file" and "taken for". */
function ValueMap({ column, field, onChange }: { column: ColumnMapping; field: FieldDescription; onChange: (column: ColumnMapping) => void }) {
  const { t } = useTranslation('imports');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const pairs = Object.entries(column.values ?? {});
  const set = (values: Record<string, string | null>) => { onChange({ ...column, values }); };
  const add = () => {
    if (from.trim() === '') return;
    set({ ...column.values, [from.trim()]: to.trim() === '' ? null : to.trim() });
    setFrom('');
    setTo('');
  };
  return (
    <div>
      <div className={styles.optionTitle}>{t('values.title')}</div>
      {pairs.map(([old, next]) => (
        <div key={old} className={styles.pair}>
          <code>{old}</code> <ArrowRightOutlined className={styles.arrow} /> <span>{next ?? <em>{t('values.empty')}</em>}</span>
          <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('values.remove')} onClick={() => { set(Object.fromEntries(pairs.filter(([key]) => key !== old))); }} />
        </div>
      ))}
      <div className={styles.pair}>
        <Input className={styles.pairInput} value={from} placeholder={t('values.from')} onChange={(event) => { setFrom(event.target.value); }} aria-label={t('values.from')} data-testid={`value-from-${column.column}`} />
        <ArrowRightOutlined className={styles.arrow} />
        <TargetValue field={field} match={column.lookup?.match} value={to} onChange={setTo} onEnter={add} testId={`value-to-${column.column}`} />
        <Button icon={<PlusOutlined />} disabled={from.trim() === ''} onClick={add} data-testid={`value-add-${column.column}`}>{t('values.add')}</Button>
      </div>
    </div>
  );
}
