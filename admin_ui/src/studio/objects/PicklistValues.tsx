import { DeleteOutlined, EyeInvisibleOutlined, EyeOutlined, PlusOutlined, StarFilled, StarOutlined } from '@ant-design/icons';
import { Button, Input, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOCALES } from '@/i18n';
import { freeName, moved, suggestName, type Label, type PicklistValueDocument } from '../documents';
import { COLORS, ColorPicker } from '../parts/pickers';
import { SortableRows } from '../parts/SortableRows';
import styles from './objects.module.css';

interface PicklistValuesProps {
  values: PicklistValueDocument[];
  onChange: (values: PicklistValueDocument[]) => void;
  /** Value of new records. */
  chosen: string | undefined;
  onChoose: (value: string | undefined) => void;
  /** Values that are published: what is stored for them cannot change. */
  fixed?: ReadonlySet<string>;
}

/** Editor of an ordered set of values: label in each language, stored value, colour, active, default. */
export function PicklistValues({ values, onChange, chosen, onChoose, fixed = new Set() }: PicklistValuesProps) {
  const { t } = useTranslation('studio');
  // Rows keep their identity while the stored value follows the label that is typed.
  const [keys, setKeys] = useState(() => values.map((_, index) => `v${index}`));
  const [next, setNext] = useState(values.length);
  const [added, setAdded] = useState<string | null>(null);
  if (keys.length !== values.length) setKeys(values.map((_, index) => `r${next}-${index}`)); // replaced from outside

  const set = (index: number, change: Partial<PicklistValueDocument>) => {
    onChange(values.map((item, at) => (at === index ? { ...item, ...change } : item)));
  };
  const relabel = (index: number, label: Label) => {
    const item = values[index];
    if (!item) return;
    const follows = !fixed.has(item.value) && item.value === derived(item.label, values, index);
    const value = follows ? derived(label, values, index) : item.value;
    if (chosen === item.value && value !== item.value) onChoose(value);
    set(index, { label, value });
  };
  const add = () => {
    const key = `v${next}`;
    setNext(next + 1);
    setKeys([...keys, key]);
    setAdded(key);
    onChange([...values, { value: '', label: {}, color: COLORS[values.length % COLORS.length] ?? '#8c8c8c' }]);
  };
  const remove = (index: number) => {
    setKeys(keys.filter((_, at) => at !== index));
    if (values[index]?.value === chosen) onChoose(undefined);
    onChange(values.filter((_, at) => at !== index));
  };
  return (
    <div className={styles.values}>
      {values.length > 0 && (
        <SortableRows
          items={values}
          idOf={(_, index) => keys[index] ?? String(index)}
          onMove={(from, to) => {
            setKeys(moved(keys, from, to));
            onChange(moved(values, from, to));
          }}
          rowTestId={(_, index) => `picklist-value-${index}`}
          render={(item, index) => (
            <ValueRow
              item={item}
              index={index}
              autoFocus={keys[index] === added}
              isDefault={chosen !== undefined && item.value === chosen}
              fixed={fixed.has(item.value)}
              onLabel={(label) => { relabel(index, label); }}
              onChange={(change) => { set(index, change); }}
              onDefault={() => { onChoose(chosen === item.value ? undefined : item.value); }}
              onRemove={() => { remove(index); }}
              onEnter={add}
            />
          )}
        />
      )}
      <Button type="dashed" block icon={<PlusOutlined />} onClick={add} data-testid="picklist-add-value">{t('values.add')}</Button>
    </div>
  );
}

/** The stored value that a label suggests, unique among the others. */
function derived(label: Label, values: readonly PicklistValueDocument[], index: number): string {
  const text = (label.en ?? label['zh-CN'] ?? '').trim();
  const base = suggestName(text) || text.slice(0, 80);
  if (base === '') return '';
  return freeName(base, (name) => values.some((other, at) => at !== index && other.value === name));
}

interface ValueRowProps {
  item: PicklistValueDocument;
  index: number;
  autoFocus: boolean;
  isDefault: boolean;
  fixed: boolean;
  onLabel: (label: Label) => void;
  onChange: (change: Partial<PicklistValueDocument>) => void;
  onDefault: () => void;
  onRemove: () => void;
  onEnter: () => void;
}

function ValueRow({ item, index, autoFocus, isDefault, fixed, onLabel, onChange, onDefault, onRemove, onEnter }: ValueRowProps) {
  const { t } = useTranslation('studio');
  const active = item.active !== false;
  return (
    <div className={styles.value}>
      <ColorPicker value={item.color} onChange={(color) => { onChange({ color }); }} />
      {LOCALES.map(({ code, label }) => (
        <Input
          key={code}
          value={item.label[code] ?? ''}
          placeholder={label}
          lang={code}
          maxLength={200}
          autoFocus={autoFocus && code === 'en'}
          onChange={(event) => { onLabel({ ...item.label, [code]: event.target.value }); }}
          onPressEnter={onEnter}
          aria-label={t('values.label_of', { number: index + 1, language: label })}
          data-testid={`picklist-value-${index}-label-${code}`}
        />
      ))}
      <Input
        className={`${styles.mono} ${styles.valueKey}`}
        value={item.value}
        placeholder={t('values.value')}
        disabled={fixed}
        maxLength={80}
        onChange={(event) => { onChange({ value: event.target.value }); }}
        aria-label={t('values.value_of', { number: index + 1 })}
        data-testid={`picklist-value-${index}-value`}
      />
      <span className={styles.valueActions}>
        <Tooltip title={t('values.default')}>
          <Button type="text" size="small" icon={isDefault ? <StarFilled style={{ color: '#d48806' }} /> : <StarOutlined />} onClick={onDefault} aria-pressed={isDefault} aria-label={t('values.default')} data-testid={`picklist-value-${index}-default`} />
        </Tooltip>
        <Tooltip title={active ? t('values.deactivate') : t('values.activate')}>
          <Button type="text" size="small" icon={active ? <EyeOutlined /> : <EyeInvisibleOutlined />} onClick={() => { onChange({ active: !active }); }} aria-label={active ? t('values.deactivate') : t('values.activate')} />
        </Tooltip>
        <Tooltip title={t('values.remove')}>
          <Button type="text" size="small" icon={<DeleteOutlined />} onClick={onRemove} aria-label={t('values.remove')} />
        </Tooltip>
      </span>
    </div>
  );
}
