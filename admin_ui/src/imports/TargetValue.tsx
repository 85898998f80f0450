import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { http } from '@/api/http';
import { useModel } from '@/api/model';
import type { FieldDescription, Page } from '@/api/types';
import { useDebounced } from '@/app/useDebounced';

interface TargetValueProps {
  field: FieldDescription | undefined;
  /** Field that linked records are found by; their name if not given. */
  match?: string | null | undefined;
  value: string;
  /** Offered first. */
  suggestions?: readonly string[];
  onChange: (value: string) => void;
  onEnter?: () => void;
  testId: string;
}

/** Text that a cell is taken for: close values first, then the picklist, or records of the linked object. */
export function TargetValue({ field, match, value, suggestions = [], onChange, onEnter, testId }: TargetValueProps) {
  const { t } = useTranslation('imports');
  const model = useModel();
  const target = field?.target ? model.byName.get(field.target) : undefined;
  const by = match || target?.name_field;
  const [open, setOpen] = useState(false);
  const q = useDebounced(value.trim(), 180);
  const found = useQuery({
    queryKey: ['import-values', target?.name, by, q],
    queryFn: async ({ signal }) => {
      const page = await http.get<Page>(`/api/${target?.name ?? ''}`, { query: { fields: `id,${by ?? 'id'}`, q, limit: 20 }, signal });
      return [...new Set(page.data.flatMap((record) => (record[by ?? 'id'] ? [String(record[by ?? 'id'])] : [])))];
    },
    enabled: open && target !== undefined,
    staleTime: 30_000,
  });
  const choices = field?.values?.filter((item) => item.active !== false).map((item) => ({ value: item.value, label: item.label })) ?? [];
  const wanted = value.trim().toLowerCase();
  const rest = [
    ...choices.filter((item) => wanted === '' || `${item.value} ${item.label}`.toLowerCase().includes(wanted)),
    ...(found.data ?? []).map((name) => ({ value: name, label: name })),
  ].filter((item) => !suggestions.includes(item.value));
  const close = suggestions.map((name) => ({ value: name, label: choices.find((item) => item.value === name)?.label ?? name }));
  const options = [...close, ...rest];
  return (
    <AutoComplete
      style={{ minWidth: 200 }}
      value={value}
      options={options}
      onChange={(next: string) => { onChange(next); }}
      onOpenChange={setOpen}
      onInputKeyDown={(event) => { if (event.key === 'Enter' && !open) onEnter?.(); }}
    >
      <Input placeholder={t('values.to')} aria-label={t('values.to')} data-testid={testId} />
    </AutoComplete>
  );
}
