import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import { findRecords, useRecordNames, type Option } from './useRecordNames';
import { ME } from './values';

interface RecordSelectProps {
  /** Object whose records are offered. */
  object: string;
  /** An id, or several. */
  value: unknown;
  multiple?: boolean;
  /** Offers "me" first. */
  me?: boolean;
  label: string;
  onChange: (value: unknown) => void;
}

/** Chooses records of an object by name, asking the server while the user types. */
export function RecordSelect({ object, value, multiple = false, me = false, label, onChange }: RecordSelectProps) {
  const { t } = useTranslation('filters');
  const model = useModel();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['record-options', object, q],
    queryFn: ({ signal }) => findRecords(model, object, q, signal),
    enabled: open,
    staleTime: 30_000,
    placeholderData: (old) => old,
  });
  const chosen = (Array.isArray(value) ? (value as unknown[]) : [value]).filter((id): id is string => typeof id === 'string' && id !== '');
  const nameOf = useRecordNames(new Map([[object, new Set(chosen.filter((id) => id !== ME))]]));
  const options: Option[] = [...(me && q === '' ? [{ value: ME, label: t('value.me') }] : []), ...(found.data ?? [])];
  const missing = chosen.filter((id) => !options.some((option) => option.value === id));
  const all = [...options, ...missing.map((id) => ({ value: id, label: id === ME ? t('value.me') : (nameOf(object, id) ?? '…') }))];
  return (
    <Select
      className="filter-value-wide"
      aria-label={label}
      placeholder={t('value.choose')}
      mode={multiple ? 'multiple' : undefined}
      value={multiple ? chosen : (chosen[0] ?? null)}
      options={all}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={found.isFetching}
      onOpenChange={setOpen}
      onChange={(next: string | string[] | null) => { onChange(next); }}
      maxTagCount="responsive"
      allowClear
      data-testid="filter-value"
    />
  );
}
