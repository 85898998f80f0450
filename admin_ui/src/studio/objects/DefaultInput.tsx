import { DatePicker, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { FieldTypeDescription } from '../api';
import { labelIn, type FieldDocument } from '../documents';
import { useDocument, useLocale } from '../draft';
import { finishedValues } from './fieldDraft';

/** Types whose default is given otherwise (picklists by their star) or not at all. */
const WITHOUT = new Set(['autonumber', 'lookup', 'user', 'json', 'multi_picklist']);

export function hasDefault(type: FieldTypeDescription): boolean {
  return !WITHOUT.has(type.name);
}

interface DefaultInputProps {
  field: FieldDocument;
  onChange: (value: unknown) => void;
}

/** Editor of the value that new records begin with. */
export function DefaultInput({ field, onChange }: DefaultInputProps) {
  const { t } = useTranslation('studio');
  const { default: value, type } = field;
  const common = { 'aria-label': t('fields.default'), 'data-testid': 'field-default' };
  switch (type) {
    case 'boolean':
      return (
        <Select
          {...common}
          allowClear
          value={typeof value === 'boolean' ? String(value) : null}
          onChange={(next: string | undefined) => { onChange(next === undefined ? undefined : next === 'true'); }}
          options={[{ value: 'true', label: t('parts.yes') }, { value: 'false', label: t('parts.no') }]}
        />
      );
    case 'picklist':
      return <PicklistDefault field={field} onChange={onChange} />;
    case 'integer':
    case 'decimal':
    case 'percent':
      return <InputNumber {...common} style={{ width: '100%' }} value={typeof value === 'number' ? value : null} onChange={(next) => { onChange(next ?? undefined); }} />;
    case 'currency':
      return (
        <InputNumber
          {...common}
          style={{ width: '100%' }}
          suffix={typeof field.currency === 'string' ? field.currency : null}
          value={typeof value === 'number' ? value : null}
          onChange={(next) => { onChange(next ?? undefined); }}
        />
      );
    case 'date':
    case 'datetime': {
      const format = type === 'date' ? 'YYYY-MM-DD' : 'YYYY-MM-DD HH:mm';
      return (
        <DatePicker
          {...common}
          style={{ width: '100%' }}
          showTime={type === 'datetime' ? { format: 'HH:mm' } : false}
          format={format}
          value={typeof value === 'string' ? dayjs(value) : null}
          onChange={(date) => { onChange(date ? (type === 'date' ? date.format('YYYY-MM-DD') : date.toISOString()) : undefined); }}
        />
      );
    }
    default:
      return <Input {...common} value={typeof value === 'string' ? value : ''} onChange={(event) => { onChange(event.target.value === '' ? undefined : event.target.value); }} />;
  }
}

function PicklistDefault({ field, onChange }: DefaultInputProps) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const shared = useDocument('picklist', field.picklist ?? '');
  const values = finishedValues(field.values ?? shared?.body.values ?? []);
  return (
    <Select
      allowClear
      aria-label={t('fields.default')}
      data-testid="field-default"
      value={typeof field.default === 'string' ? field.default : null}
      onChange={onChange}
      options={values.filter((item) => item.active !== false).map((item) => ({ value: item.value, label: labelIn(item.label, locale, item.value) }))}
    />
  );
}
