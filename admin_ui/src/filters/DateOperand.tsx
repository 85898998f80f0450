import { DatePicker, InputNumber, Select, Space } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatRelative, isMoment, parseRelative } from './values';
import { relativeText } from './summary';

const PRESETS = [0, -1, 1, -7, -30, -90, -365, 7, 30, 90];
/** `day` is a day of the calendar, of a moment all of its day; `moment` a day with its time. */
type Kind = 'day' | 'moment' | 'before' | 'after' | `preset:${number}`;

interface DateOperandProps {
  value: unknown;
  /** Moments have a time of day as well. */
  time: boolean;
  label: string;
  onChange: (value: string | null) => void;
}

function kindOf(value: unknown): Kind {
  const days = parseRelative(value);
  if (days === null) return isMoment(value) ? 'moment' : 'day';
  if (PRESETS.includes(days)) return `preset:${days}`;
  return days < 0 ? 'before' : 'after';
}

/** A day: one of the calendar, or one that moves with it ("7 days ago"). */
export function DateOperand({ value, time, label, onChange }: DateOperandProps) {
  const { t } = useTranslation('filters');
  const [custom, setCustom] = useState<'before' | 'after' | 'moment' | null>(null);
  const days = parseRelative(value);
  const kind: Kind = custom ?? kindOf(value);

  const choose = (next: Kind) => {
    setCustom(null);
    if (next === 'day') onChange(null);
    else if (next === 'moment') {
      setCustom(next);
      onChange(null);
    } else if (next === 'before' || next === 'after') {
      setCustom(next);
      onChange(formatRelative(next === 'before' ? -14 : 14));
    } else onChange(formatRelative(Number(next.slice('preset:'.length))));
  };

  return (
    <Space.Compact className="filter-date">
      <Select<Kind>
        className="filter-date-kind"
        value={kind}
        onChange={choose}
        aria-label={t('value.kind', { field: label })}
        popupMatchSelectWidth={false}
        options={[
          { value: 'day', label: t('value.exact') },
          ...(time ? [{ value: 'moment' as Kind, label: t('value.moment') }] : []),
          ...PRESETS.map((preset) => ({ value: `preset:${preset}` as Kind, label: relativeText(preset, t) })),
          { value: 'before', label: t('value.custom_ago') },
          { value: 'after', label: t('value.custom_ahead') },
        ]}
      />
      {(kind === 'day' || kind === 'moment') && (
        <DatePicker
          key={kind}
          value={typeof value === 'string' && value !== '' && days === null ? dayjs(value) : null}
          showTime={kind === 'moment' ? { format: 'HH:mm' } : false}
          format={kind === 'moment' ? 'YYYY-MM-DD HH:mm' : 'YYYY-MM-DD'}
          onChange={(date) => { onChange(date ? (kind === 'moment' ? date.toISOString() : date.format('YYYY-MM-DD')) : null); }}
          aria-label={label}
          data-testid="filter-value"
        />
      )}
      {(kind === 'before' || kind === 'after') && (
        <InputNumber
          className="filter-date-days"
          min={1}
          max={99999}
          precision={0}
          value={Math.abs(days ?? 0) || null}
          onChange={(next) => {
            setCustom(kind);
            onChange(next === null ? null : formatRelative(kind === 'before' ? -next : next));
          }}
          suffix={t(kind === 'before' ? 'value.unit_ago' : 'value.unit_ahead')}
          aria-label={label}
        />
      )}
    </Space.Compact>
  );
}
