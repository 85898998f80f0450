import { Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import type { OptionSchema } from '../api';
import type { FieldDocument, Label } from '../documents';
import { useDocuments } from '../draft';
import { LabelInput } from '../parts/LabelInput';
import styles from './objects.module.css';
import { PicklistValues } from './PicklistValues';

/** The most used currencies stand first in the choice. */
const COMMON_CURRENCIES = ['USD', 'EUR', 'CNY', 'GBP', 'JPY', 'HKD', 'TWD', 'SGD', 'AUD', 'CAD', 'CHF', 'INR', 'KRW', 'BRL', 'MXN', 'SEK', 'NOK', 'DKK', 'PLN', 'ZAR'];

interface OptionFieldsProps {
  /** JSON Schema of the type's options. */
  schema: OptionSchema;
  field: FieldDocument;
  onChange: (change: Partial<FieldDocument>) => void;
  /** The field is published: what cannot change any more is shown and not edited. */
  published: boolean;
  faults: Record<string, string>;
}

/** Editor of the options that only one field type has, drawn from their JSON Schema. */
export function OptionFields({ schema, field, onChange, published, faults }: OptionFieldsProps) {
  const properties = Object.entries(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  const sources = properties.some(([name]) => name === 'picklist') && properties.some(([name]) => name === 'values');
  const shown = sources ? properties.filter(([name]) => name !== 'picklist' && name !== 'values') : properties;
  return (
    <div className={styles.options}>
      {sources && <ValueSource field={field} onChange={onChange} fault={faults.values} />}
      {shown.map(([name, option]) => (
        <Option
          key={name}
          name={name}
          schema={option}
          required={required.has(name)}
          value={field[name]}
          fault={faults[name]}
          disabled={published && FIXED.has(name)}
          onChange={(value) => { onChange({ [name]: value }); }}
        />
      ))}
    </div>
  );
}

/** Options that a published field keeps. */
const FIXED = new Set(['object']);

interface OptionProps {
  name: string;
  schema: OptionSchema;
  required: boolean;
  value: unknown;
  fault: string | undefined;
  disabled: boolean;
  onChange: (value: unknown) => void;
}

function Option(props: OptionProps) {
  const { name, schema, required, fault } = props;
  const { t, i18n } = useTranslation('studio');
  // Options of the platform's own types are translated; those of a plugin speak for themselves.
  const known = i18n.exists(`studio:option.${name}.title`);
  const title = known ? t(`option.${name}.title`) : (schema.title ?? name);
  const help = i18n.exists(`studio:option.${name}.help`) ? t(`option.${name}.help`) : known ? undefined : schema.description;
  const wide = isLabelSchema(name, schema) || name === 'object';
  return (
    <Form.Item
      className={wide ? styles.full : undefined}
      label={title}
      required={required}
      help={fault}
      extra={help}
      validateStatus={fault ? 'error' : ''}
    >
      <OptionInput {...props} title={title} />
    </Form.Item>
  );
}

function isLabelSchema(name: string, schema: OptionSchema): boolean {
  return (schema.$ref?.endsWith('/label') ?? false) || name.endsWith('_label');
}

function OptionInput({ name, schema, value, disabled, onChange, title }: OptionProps & { title: string }) {
  const { t, i18n } = useTranslation('studio');
  const common = { 'aria-label': title, 'data-testid': `option-${name}`, disabled };
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  if (name === 'object') return <DocumentSelect kind="object" value={value} onChange={onChange} {...common} />;
  if (name === 'currency') {
    const codes = [...new Set([...COMMON_CURRENCIES, ...(schema.enum ?? []).map(String)])];
    return <Select {...common} showSearch value={(value as string | undefined) ?? null} onChange={onChange} options={codes.map((code) => ({ value: code, label: code }))} />;
  }
  if (isLabelSchema(name, schema)) {
    return <LabelInput name={title} testId={`option-${name}`} value={value as Label | undefined} onChange={onChange} />;
  }
  if (schema.enum) {
    const word = (item: string | number) => (i18n.exists(`studio:option.${name}.${item}`) ? t(`option.${name}.${item}`) : String(item));
    return (
      <Select
        {...common}
        value={(value ?? schema.default ?? null) as string | null}
        onChange={onChange}
        options={schema.enum.map((item) => ({ value: item, label: word(item) }))}
      />
    );
  }
  if (type === 'boolean') return <Switch {...common} checked={(value ?? schema.default) === true} onChange={onChange} />;
  if (type === 'integer' || type === 'number') {
    return (
      <InputNumber
        {...common}
        style={{ width: '100%' }}
        value={typeof value === 'number' ? value : null}
        placeholder={schema.default === undefined ? '' : String(schema.default as number)}
        min={schema.minimum ?? Number.MIN_SAFE_INTEGER}
        max={schema.maximum ?? Number.MAX_SAFE_INTEGER}
        {...(type === 'integer' ? { precision: 0 } : {})}
        onChange={(next) => { onChange(next ?? undefined); }}
      />
    );
  }
  return (
    <Input
      {...common}
      value={value === undefined || value === null ? '' : String(value as string)}
      placeholder={typeof schema.default === 'string' ? schema.default : ''}
      maxLength={schema.maxLength ?? 500}
      onChange={(event) => { onChange(event.target.value === '' ? undefined : event.target.value); }}
    />
  );
}

interface DocumentSelectProps {
  kind: string;
  value: unknown;
  onChange: (value: string) => void;
  disabled?: boolean;
  'aria-label': string;
  'data-testid': string;
}

/** Chooses a document by its label. */
export function DocumentSelect({ kind, value, onChange, ...rest }: DocumentSelectProps) {
  const { t } = useTranslation('studio');
  const documents = useDocuments(kind).filter((item) => item.state !== 'deleted').sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Select
      {...rest}
      showSearch={{ optionFilterProp: 'search' }}
      value={typeof value === 'string' ? value : null}
      onChange={onChange}
      placeholder={t('parts.choose')}
      options={documents.map((item) => ({ value: item.name, label: item.label, search: `${item.label} ${item.name}` }))}
    />
  );
}

/** A picklist field has values of its own, or those of a shared picklist. */
function ValueSource({ field, onChange, fault }: { field: FieldDocument; onChange: (change: Partial<FieldDocument>) => void; fault: string | undefined }) {
  const { t } = useTranslation('studio');
  const shared = field.picklist !== undefined;
  return (
    <Form.Item className={styles.full} label={t('values.title')} required help={fault} validateStatus={fault ? 'error' : ''}>
      <div className={styles.values}>
        <Select
          value={shared ? 'shared' : 'own'}
          onChange={(source) => { onChange(source === 'shared' ? { picklist: '', values: undefined } : { picklist: undefined, values: [] }); }}
          options={[{ value: 'own', label: t('values.own') }, { value: 'shared', label: t('values.shared') }]}
          aria-label={t('values.source')}
          data-testid="values-source"
        />
        {shared ? (
          <DocumentSelect
            kind="picklist"
            value={field.picklist}
            onChange={(picklist) => { onChange({ picklist }); }}
            aria-label={t('values.shared')}
            data-testid="option-picklist"
          />
        ) : (
          <PicklistValues
            values={field.values ?? []}
            onChange={(values) => { onChange({ values }); }}
            chosen={typeof field.default === 'string' ? field.default : undefined}
            onChoose={(value) => { onChange({ default: value }); }}
          />
        )}
      </div>
    </Form.Item>
  );
}
