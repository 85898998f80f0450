import { Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldDescription } from '@/api/types';
import { DateOperand } from './DateOperand';
import { arityOf, isNumeric, isTemporal } from './operators';
import { RecordSelect } from './RecordSelect';

interface ValueProps {
  field: FieldDescription;
  operator: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** Editor of the value of one rule: by the field's type and by how many values the operator takes. */
export function ValueEditor({ field, operator, value, onChange }: ValueProps) {
  const { t } = useTranslation('filters');
  const arity = arityOf(operator);
  if (arity === 'none') return null;
  if (arity === 'many') return <ManyValues field={field} value={value} onChange={onChange} />;
  if (arity === 'pair') {
    const pair = Array.isArray(value) ? (value as unknown[]) : [value, null];
    return (
      <span className="filter-pair">
        <OneValue field={field} value={pair[0]} onChange={(next) => { onChange([next, pair[1] ?? null]); }} />
        <span className="filter-pair-word">{t('join.between')}</span>
        <OneValue field={field} value={pair[1]} onChange={(next) => { onChange([pair[0] ?? null, next]); }} />
      </span>
    );
  }
  return <OneValue field={field} value={value} onChange={onChange} />;
}

type OneProps = Omit<ValueProps, 'operator'>;

function OneValue({ field, value, onChange }: OneProps) {
  const { t } = useTranslation('filters');
  const label = t('value.of', { field: field.label });
  if (field.target) return <RecordSelect object={field.target} me={field.target === 'user'} value={value} label={label} onChange={onChange} />;
  if (field.type === 'boolean') {
    return (
      <Select
        className="filter-value"
        value={typeof value === 'boolean' ? String(value) : null}
        options={[{ value: 'true', label: t('value.yes') }, { value: 'false', label: t('value.no') }]}
        onChange={(next) => { onChange(next === 'true'); }}
        aria-label={label}
        data-testid="filter-value"
      />
    );
  }
  if (field.values) {
    return (
      <Select
        className="filter-value-wide"
        showSearch={{ optionFilterProp: 'label' }}
        value={typeof value === 'string' && value !== '' ? value : null}
        placeholder={t('value.choose')}
        options={field.values}
        onChange={onChange}
        aria-label={label}
        data-testid="filter-value"
      />
    );
  }
  if (isTemporal(field)) return <DateOperand value={value} time={field.type === 'datetime'} label={label} onChange={onChange} />;
  if (isNumeric(field)) {
    return (
      <InputNumber
        className="filter-value"
        value={typeof value === 'number' ? value : null}
        onChange={onChange}
        suffix={field.type === 'percent' ? '%' : (field.currency ?? null)}
        aria-label={label}
        data-testid="filter-value"
      />
    );
  }
  return (
    <Input
      className="filter-value-wide"
      value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
      onChange={(event) => { onChange(event.target.value); }}
      placeholder={t('value.text')}
      aria-label={label}
      data-testid="filter-value"
    />
  );
}

function ManyValues({ field, value, onChange }: OneProps) {
  const { t } = useTranslation('filters');
  const label = t('value.of', { field: field.label });
  const chosen = (Array.isArray(value) ? (value as unknown[]) : []).filter((item) => item !== null);
  if (field.target) return <RecordSelect object={field.target} me={field.target === 'user'} multiple value={chosen} label={label} onChange={onChange} />;
  const numeric = isNumeric(field);
  return (
    <Select
      className="filter-value-wide"
      mode={field.values ? 'multiple' : 'tags'}
      value={chosen.map(String)}
      options={field.values ?? []}
      optionFilterProp="label"
      tokenSeparators={field.values ? [] : [',', '，', ';', '\t']}
      placeholder={t(field.values ? 'value.choose' : 'value.several')}
      onChange={(next: string[]) => { onChange(numeric ? next.map(Number).filter((number) => Number.isFinite(number)) : next); }}
      maxTagCount="responsive"
      aria-label={label}
      data-testid="filter-value"
    />
  );
}
