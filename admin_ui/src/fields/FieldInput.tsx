import { Checkbox, DatePicker, Input, InputNumber, Select, Space, Switch } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldDescription, Money } from '@/api/types';
import { Chip } from './FieldDisplay';
import styles from './fields.module.css';
import { isMoney, Unreadable } from './format';
import { LookupInput } from './LookupInput';

export interface FieldInputProps {
  field: FieldDescription;
  /** The value as the API gives it (a lookup: id or Linked). */
  value: unknown;
  onChange: (value: unknown) => void;
  /** Id for the label of a form. */
  id?: string;
  status?: '' | 'error';
  autoFocus?: boolean;
  disabled?: boolean;
  /** In a cell: a boolean is a box, lists open at once. */
  inline?: boolean;
  onBlur?: () => void;
  'aria-describedby'?: string;
}

interface Shared {
  id?: string;
  status: '' | 'error';
  autoFocus: boolean;
  disabled: boolean;
  'aria-label': string;
  'data-testid': string;
  onBlur?: () => void;
  'aria-describedby'?: string;
}

const CURRENCIES = ['USD', 'CNY', 'EUR', 'GBP', 'JPY', 'HKD', 'SGD', 'AUD', 'CAD', 'CHF', 'INR', 'KRW', 'TWD', 'BRL', 'MXN'];

function NumberInput({ field, value, onChange, shared }: { field: FieldDescription; value: unknown; onChange: (value: number | null) => void; shared: Shared }) {
  return (
    <InputNumber<number>
      {...shared}
      value={typeof value === 'number' ? value : null}
      onChange={onChange}
      style={{ width: '100%' }}
      controls={false}
      {...(field.type === 'integer' ? { precision: 0 } : typeof field.scale === 'number' ? { precision: field.scale } : {})}
      {...(field.type === 'percent' ? { suffix: '%' } : {})}
    />
  );
}

function MoneyInput({ field, value, onChange, shared, inline }: { field: FieldDescription; value: unknown; onChange: (value: Money | null) => void; shared: Shared; inline: boolean }) {
  const { t } = useTranslation('workspace');
  const money: Money = isMoney(value) ? value : { amount: typeof value === 'number' ? value : null, currency: null };
  const [chosen, setChosen] = useState(money.currency ?? field.currency ?? 'USD');
  const code = money.currency ?? chosen;
  const codes = [...new Set([code, ...(field.currency ? [field.currency] : []), ...CURRENCIES])];
  const amount = (
    <InputNumber<number>
      {...shared}
      value={money.amount}
      controls={false}
      precision={field.scale ?? 2}
      style={{ width: '100%' }}
      // A cell has no room for the list of currencies: there the amount alone is edited.
      {...(inline ? { suffix: code } : {})}
      onChange={(next) => { onChange(next === null ? null : { amount: next, currency: code }); }}
    />
  );
  if (inline) return amount;
  return (
    <Space.Compact className={styles.money ?? ''}>
      <Select
        value={code}
        options={codes.map((item) => ({ value: item, label: item }))}
        showSearch
        disabled={shared.disabled}
        style={{ width: 82, flex: 'none' }}
        popupMatchSelectWidth={100}
        aria-label={t('currency')}
        onChange={(currency: string) => {
          setChosen(currency);
          if (money.amount !== null) onChange({ amount: money.amount, currency });
        }}
      />
      {amount}
    </Space.Compact>
  );
}

function DateInput({ field, value, onChange, shared, inline }: { field: FieldDescription; value: unknown; onChange: (value: string | null) => void; shared: Shared; inline: boolean }) {
  const withTime = field.type === 'datetime';
  const parsed = typeof value === 'string' && value !== '' ? dayjs(value) : null;
  return (
    <DatePicker
      {...shared}
      value={parsed?.isValid() ? parsed : null}
      format={withTime ? 'YYYY-MM-DD HH:mm' : 'YYYY-MM-DD'}
      showTime={withTime ? { format: 'HH:mm' } : false}
      style={{ width: '100%' }}
      needConfirm={false}
      defaultOpen={inline}
      onChange={(next) => {
        if (Array.isArray(next)) return;
        onChange(next ? (withTime ? next.toISOString() : next.format('YYYY-MM-DD')) : null);
      }}
    />
  );
}

function PicklistInput({ field, value, onChange, shared, inline }: { field: FieldDescription; value: unknown; onChange: (value: unknown) => void; shared: Shared; inline: boolean }) {
  const { t } = useTranslation('workspace');
  const multiple = field.type === 'multi_picklist';
  const chosen = Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : [];
  const options = (field.values ?? [])
    .filter((item) => item.active !== false || chosen.includes(item.value))
    .map((item) => ({ value: item.value, label: item.label, color: item.color }));
  return (
    <Select
      {...shared}
      mode={multiple ? 'multiple' : undefined}
      value={multiple ? chosen : (chosen[0] ?? null)}
      options={options}
      showSearch={{ optionFilterProp: 'label' }}
      allowClear={!field.required}
      defaultOpen={inline}
      placeholder={t('choose')}
      style={{ width: '100%' }}
      maxTagCount={multiple ? 'responsive' : undefined}
      optionRender={(option) => <Chip label={String(option.label)} color={option.data.color} />}
      onChange={(next: string | string[] | null | undefined) => { onChange(next ?? null); }}
    />
  );
}

function JsonInput({ value, onChange, shared }: { value: unknown; onChange: (value: unknown) => void; shared: Shared }) {
  const [text, setText] = useState(() =>
    value instanceof Unreadable ? value.text : value === null || value === undefined ? '' : JSON.stringify(value, null, 2),
  );
  return (
    <Input.TextArea
      {...shared}
      value={text}
      autoSize={{ minRows: 3, maxRows: 14 }}
      style={{ fontFamily: 'ui-monospace, monospace', fontSize: 12 }}
      onChange={({ target }) => {
        setText(target.value);
        if (target.value.trim() === '') {
          onChange(null);
          return;
        }
        try {
          onChange(JSON.parse(target.value));
        } catch {
          onChange(new Unreadable(target.value));
        }
      }}
    />
  );
}

const HTML_TYPES: Record<string, string> = { email: 'email', phone: 'tel', url: 'url' };

/** The input of a field: controlled, in the form of the API, checked by `validate` and then by the server. */
export function FieldInput(props: FieldInputProps) {
  const { field, value, onChange, inline = false } = props;
  const shared: Shared = {
    status: props.status ?? '',
    autoFocus: props.autoFocus ?? false,
    disabled: props.disabled ?? false,
    'aria-label': field.label,
    'data-testid': `field-${field.name}`,
    ...(props.id === undefined ? {} : { id: props.id }),
    ...(props.onBlur ? { onBlur: props.onBlur } : {}),
    ...(props['aria-describedby'] === undefined ? {} : { 'aria-describedby': props['aria-describedby'] }),
  };
  switch (field.type) {
    case 'integer':
    case 'decimal':
    case 'percent':
      return <NumberInput field={field} value={value} onChange={onChange} shared={shared} />;
    case 'currency':
      return <MoneyInput field={field} value={value} onChange={onChange} shared={shared} inline={inline} />;
    case 'boolean': {
      const { status: _status, ...rest } = shared;
      return inline ? (
        <Checkbox {...rest} checked={value === true} onChange={({ target }) => { onChange(target.checked); }} />
      ) : (
        <Switch {...rest} checked={value === true} onChange={onChange} />
      );
    }
    case 'date':
    case 'datetime':
      return <DateInput field={field} value={value} onChange={onChange} shared={shared} inline={inline} />;
    case 'picklist':
    case 'multi_picklist':
      return <PicklistInput field={field} value={value} onChange={onChange} shared={shared} inline={inline} />;
    case 'lookup':
    case 'user':
      return <LookupInput {...shared} field={field} value={value} onChange={onChange} defaultOpen={inline} creatable={!inline} />;
    case 'json':
      return <JsonInput value={value} onChange={onChange} shared={shared} />;
    case 'long_text':
      return (
        <Input.TextArea
          {...shared}
          value={typeof value === 'string' ? value : ''}
          autoSize={{ minRows: 3, maxRows: 12 }}
          {...(typeof field.max_length === 'number' && field.max_length <= 2000 ? { showCount: false } : {})}
          onChange={({ target }) => { onChange(target.value === '' ? null : target.value); }}
        />
      );
    default:
      return (
        <Input
          {...shared}
          type={HTML_TYPES[field.type] ?? 'text'}
          value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
          autoComplete="off"
          onChange={({ target }) => { onChange(target.value === '' ? null : target.value); }}
        />
      );
  }
}
