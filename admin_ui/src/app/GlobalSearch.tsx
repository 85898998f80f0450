import { SearchOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { AutoComplete, Input, type InputRef } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '@/api/client';
import { useModel, type Model } from '@/api/model';
import { ObjectIcon } from './icons';
import { useShortcut } from './keyboard';
import styles from './Shell.module.css';
import { useDebounced } from './useDebounced';
import { useMobile } from './useMobile';

interface Group {
  label: React.ReactNode;
  title: string;
  options: { value: string; label: React.ReactNode }[];
}

function Row({ icon, color, label, detail, testId }: {
  icon: string | null | undefined;
  color: string | null | undefined;
  label: string;
  detail?: string | null | undefined;
  testId: string;
}) {
  return (
    <span style={{ display: 'flex', alignItems: 'center', gap: 8, minWidth: 0 }} data-testid={testId}>
      <ObjectIcon name={icon} color={color} size={14} />
      <span className="truncate" style={{ flex: '0 1 auto' }}>{label}</span>
      {detail ? <span className="truncate" style={{ color: 'var(--text-3)', flex: '0 1 auto' }}>{detail}</span> : null}
    </span>
  );
}

/** Lists whose name holds the text: the box is also the fastest way to get somewhere. */
function places(model: Model, text: string, label: string): Group[] {
  const wanted = text.toLowerCase();
  const found = model.objects.filter(
    (object) => object.actions.includes('read') && `${object.label_plural} ${object.label} ${object.name}`.toLowerCase().includes(wanted),
  );
  if (found.length === 0) return [];
  const options = found.slice(0, 4).map((object) => ({
    value: `/o/${object.name}`,
    label: <Row icon={object.icon} color={object.color} label={object.label_plural} testId={`search-place-${object.name}`} />,
  }));
  return [{ label, title: label, options }];
}

/** Hits by object, in the order of the best hit of each. */
function hits(model: Model, found: Schemas['SearchHit'][], untitled: string): Group[] {
  const groups = new Map<string, Schemas['SearchHit'][]>();
  for (const hit of found) groups.set(hit.object, [...(groups.get(hit.object) ?? []), hit]);
  return [...groups].flatMap(([name, list]) => {
    const object = model.byName.get(name);
    if (!object) return [];
    return [{
      label: object.label_plural,
      title: object.label_plural,
      options: list.map((hit) => ({
        value: `/o/${name}/${hit.id}`,
        label: (
          <Row icon={object.icon} color={object.color} label={hit.label ?? untitled} detail={hit.detail} testId={`search-hit-${hit.id}`} />
        ),
      })),
    }];
  });
}

/** The search box of the header: `/` focuses it, arrows and Enter choose. */
export function GlobalSearch() {
  const { t, i18n } = useTranslation('shell');
  const model = useModel();
  const navigate = useNavigate();
  const mobile = useMobile();
  const input = useRef<InputRef>(null);
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const wanted = useDebounced(text.trim(), 180);
  useShortcut('/', () => { input.current?.focus({ cursor: 'all' }); });
  const { data, isFetching } = useQuery({
    queryKey: ['search', i18n.resolvedLanguage, wanted],
    queryFn: ({ signal }) => body(api.GET('/api/search', { params: { query: { q: wanted, limit: 20 } }, signal })),
    enabled: wanted !== '',
    placeholderData: keepPreviousData,
  });
  const current = text.trim() !== '';
  const options = current ? [...places(model, text.trim(), t('search.places')), ...hits(model, data?.data ?? [], t('untitled'))] : [];
  const settled = current && !isFetching && wanted === text.trim();
  const choose = (value: string) => {
    setText('');
    setOpen(false);
    input.current?.blur();
    void navigate({ href: value });
  };
  return (
    <AutoComplete
      className={styles.search ?? ''}
      options={options}
      value={text}
      open={open && current && (options.length > 0 || settled)}
      onOpenChange={setOpen}
      showSearch={{ onSearch: (value) => { setText(value); setOpen(true); } }}
      onSelect={choose}
      defaultActiveFirstOption
      popupMatchSelectWidth={mobile ? false : 460}
      listHeight={420}
      notFoundContent={<div style={{ padding: '8px 4px', color: 'var(--text-2)' }}>{t('search.none', { text: text.trim() })}</div>}
    >
      <Input
        ref={input}
        prefix={<SearchOutlined style={{ color: 'var(--text-3)' }} />}
        suffix={mobile || text !== '' ? <span /> : <kbd className={styles.searchHint}>/</kbd>}
        placeholder={t('search.placeholder')}
        aria-label={t('search.label')}
        data-testid="global-search"
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            setText('');
            setOpen(false);
            input.current?.blur();
          }
        }}
      />
    </AutoComplete>
  );
}
