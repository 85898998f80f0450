import { PlusOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Select, Spin } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel, type ObjectModel } from '@/api/model';
import { readRecord, queryRecords } from '@/api/records';
import type { FieldDescription, Linked } from '@/api/types';
import { useDebounced } from '@/app/useDebounced';
import styles from './fields.module.css';
import { formatValue, idOf, isLinked } from './format';
import { recents, remember } from './recents';

// Lazy: the form is made of fields, and a field can open a form.
const RecordDrawer = lazy(async () => ({ default: (await import('@/workspace/form/RecordDrawer')).RecordDrawer }));

export interface LookupInputProps {
  field: FieldDescription;
  /** An id, or a Linked when its name is known. */
  value: unknown;
  onChange: (value: Linked | null) => void;
  id?: string | undefined;
  autoFocus?: boolean;
  disabled?: boolean;
  status?: '' | 'error';
  /** Offers to create a record of the target. */
  creatable?: boolean;
  defaultOpen?: boolean;
  'aria-label'?: string;
  'data-testid'?: string;
  onBlur?: () => void;
}

interface Found extends Linked {
  detail: string;
}

/** A second searchable field tells apart records of the same name. */
function detailField(target: ObjectModel): FieldDescription | undefined {
  return target.fields.find(
    (field) => !field.system && field.name !== target.name_field && field.searchable && ['text', 'email', 'phone', 'autonumber'].includes(field.type),
  );
}

async function find(target: ObjectModel, q: string, locale: string, signal: AbortSignal): Promise<Found[]> {
  const detail = detailField(target);
  const nameField = target.field.get(target.name_field);
  const page = await queryRecords(
    target.name,
    {
      fields: ['id', target.name_field, ...(detail ? [detail.name] : [])],
      limit: 20,
      ...(q === '' ? { sort: [{ field: 'updated_at', direction: 'desc' }] } : { q }),
    },
    signal,
  );
  return page.data.map((record) => ({
    id: record.id,
    _name: nameField ? formatValue(nameField, record[target.name_field], locale) : record.id,
    detail: detail ? formatValue(detail, record[detail.name], locale) : '',
  }));
}

/** The name of a value that is only an id. */
function useLinked(target: ObjectModel | undefined, value: unknown): Linked | null {
  const id = idOf(value);
  const named = isLinked(value) ? value : null;
  const { data } = useQuery({
    queryKey: ['linked', target?.name, id],
    queryFn: async () => {
      if (!target || id === null) return null;
      const { record } = await readRecord(target.name, id, { fields: ['id', target.name_field] });
      return { id, _name: String(record[target.name_field] ?? '') } satisfies Linked;
    },
    enabled: target !== undefined && id !== null && named === null,
    staleTime: 60_000,
  });
  if (id === null) return null;
  return named ?? data ?? { id, _name: '…' };
}

/** Chooses a record: searches on the server while the user types, offers recent ones first, and creates a new one. */
export function LookupInput(props: LookupInputProps) {
  const { field, value, onChange, creatable = true } = props;
  const { t, i18n } = useTranslation(['workspace', 'shell']);
  const target = useModel().byName.get(field.target ?? '');
  const [text, setText] = useState('');
  const [open, setOpen] = useState(props.defaultOpen ?? false);
  const [creating, setCreating] = useState<string | null>(null);
  const q = useDebounced(text.trim(), 160);
  const chosen = useLinked(target, value);
  const { data, isFetching } = useQuery({
    queryKey: ['lookup', field.target, q, i18n.resolvedLanguage],
    queryFn: ({ signal }) => (target ? find(target, q, i18n.resolvedLanguage ?? 'en', signal) : Promise.resolve([])),
    enabled: open && target !== undefined,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  const recent = q === '' && target ? recents(target.name) : [];
  const found = (data ?? []).filter((item) => !recent.some((known) => known.id === item.id));
  const option = (item: Linked & { detail?: string }) => ({ value: item.id, name: item._name ?? item.id, detail: item.detail ?? '' });
  const groups = [
    ...(recent.length > 0 ? [{ label: t('lookup.recent'), title: 'recent', options: recent.map(option) }] : []),
    ...(recent.length > 0 && found.length > 0
      ? [{ label: target?.label_plural ?? '', title: 'found', options: found.map(option) }]
      : found.map(option)),
  ];
  const names = new Map([...recent, ...found].map((item) => [item.id, item._name]));
  const choose = (record: Linked | null) => {
    if (record && target) remember(target.name, record);
    setText('');
    onChange(record);
  };
  const mayCreate = creatable && target?.actions.includes('create') === true && !target.core;
  return (
    <>
      <Select
        {...(props.id === undefined ? {} : { id: props.id })}
        value={chosen ? { value: chosen.id, label: chosen._name ?? t('shell:untitled') } : null}
        labelInValue
        options={groups}
        open={open}
        onOpenChange={setOpen}
        showSearch={{ filterOption: false, onSearch: setText, searchValue: text }}
        allowClear={!field.required}
        disabled={props.disabled ?? false}
        status={props.status ?? ''}
        placeholder={t('lookup.placeholder', { label: target?.label ?? '' })}
        style={{ width: '100%' }}
        autoFocus={props.autoFocus ?? false}
        aria-label={props['aria-label'] ?? field.label}
        data-testid={props['data-testid']}
        loading={isFetching}
        notFoundContent={isFetching ? <Spin size="small" /> : <span style={{ color: 'var(--text-3)' }}>{t('lookup.none')}</span>}
        onBlur={props.onBlur}
        onChange={(next: { value: string; label?: React.ReactNode } | null | undefined) => {
          choose(next ? { id: next.value, _name: names.get(next.value) ?? chosen?._name ?? null } : null);
        }}
        optionRender={({ data: item }) => {
          const { name, detail } = item as unknown as { name: string; detail: string };
          return (
            <span className={styles.option}>
              <span className="truncate">{name}</span>
              {detail ? <span className={`${styles.sub} truncate`}>{detail}</span> : null}
            </span>
          );
        }}
        popupRender={(menu) => (
          <>
            {menu}
            {mayCreate ? (
              <button
                type="button"
                className={styles.create}
                data-testid={`lookup-create-${field.name}`}
                onMouseDown={(event) => { event.preventDefault(); }}
                onClick={() => {
                  setOpen(false);
                  setCreating(text.trim());
                }}
              >
                <PlusOutlined />
                {text.trim() === '' ? t('lookup.create', { label: target.label }) : t('lookup.createNamed', { name: text.trim() })}
              </button>
            ) : null}
          </>
        )}
      />
      {creating !== null && target ? (
        <Suspense fallback={null}>
          <RecordDrawer
            object={target}
            initial={creating === '' || target.field.get(target.name_field)?.read_only ? {} : { [target.name_field]: creating }}
            onClose={() => { setCreating(null); }}
            onSaved={(record) => {
              setCreating(null);
              choose({ id: record.id, _name: String(record[target.name_field] ?? '') });
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
