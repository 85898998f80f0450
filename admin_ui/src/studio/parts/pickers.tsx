import { CheckOutlined } from '@ant-design/icons';
import { Button, Input, Popover } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectIcon, useIconNames } from '@/app/icons';
import styles from './parts.module.css';

/** Colours of objects and picklist values: readable on light and dark. */
export const COLORS = [
  '#3d57e0', '#1677ff', '#08979c', '#389e0d', '#7cb305', '#d48806', '#d4380d', '#cf1322', '#c41d7f', '#722ed1', '#595959', '#8c8c8c',
];

const MOST_ICONS = 120;

interface PickerProps {
  value: string | undefined;
  onChange: (value: string) => void;
  testId?: string;
}

export function IconPicker({ value, color, onChange, testId }: PickerProps & { color?: string | undefined }) {
  const { t } = useTranslation('studio');
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      placement="bottomLeft"
      content={<IconChoice value={value} onChoose={(icon) => { onChange(icon); setOpen(false); }} />}
    >
      <Button className={styles.icon} aria-label={t('parts.icon')} data-testid={testId}>
        <ObjectIcon name={value} color={color} size={16} />
      </Button>
    </Popover>
  );
}

function IconChoice({ value, onChoose }: { value: string | undefined; onChoose: (icon: string) => void }) {
  const { t } = useTranslation('studio');
  const names = useIconNames();
  const [text, setText] = useState('');
  const found = (names ?? []).filter((name) => name.includes(text.trim().toLowerCase())).slice(0, MOST_ICONS);
  return (
    <div className={styles.icons}>
      <Input allowClear placeholder={t('parts.icon_search')} value={text} onChange={(event) => { setText(event.target.value); }} />
      <div className={styles.iconGrid}>
        {found.map((name) => (
          <button key={name} type="button" title={name} aria-label={name} aria-pressed={name === value} className={styles.iconCell} onClick={() => { onChoose(name); }}>
            <ObjectIcon name={name} size={18} />
          </button>
        ))}
        {names && found.length === 0 && <span className={styles.none}>{t('parts.icon_none')}</span>}
      </div>
    </div>
  );
}

/** A colour of the palette, as a small dot that opens a choice. */
export function ColorPicker({ value, onChange, testId }: PickerProps) {
  const { t } = useTranslation('studio');
  const [open, setOpen] = useState(false);
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      content={
        <div className={styles.colors} role="listbox" aria-label={t('parts.color')}>
          {COLORS.map((color) => (
            <button
              key={color}
              type="button"
              role="option"
              aria-selected={color === value}
              aria-label={color}
              className={styles.color}
              style={{ background: color }}
              onClick={() => { onChange(color); setOpen(false); }}
            >
              {color === value ? <CheckOutlined /> : null}
            </button>
          ))}
        </div>
      }
    >
      <Button className={styles.icon} aria-label={t('parts.color')} data-testid={testId}>
        <span className={styles.dot} style={{ background: value ?? 'var(--border)' }} />
      </Button>
    </Popover>
  );
}
