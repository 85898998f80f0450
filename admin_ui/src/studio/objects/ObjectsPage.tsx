import { PlusOutlined, SearchOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/app/Empty';
import { ObjectIcon } from '@/app/icons';
import { useShortcut } from '@/app/keyboard';
import { Page } from '@/app/Page';
import { useDocuments, type DraftSummary } from '../draft';
import { useDraftModel } from '../draftModel';
import { Marks } from '../parts/StateTag';
import styles from '../studio.module.css';
import { NewObjectDialog } from './NewObjectDialog';

type Scope = 'all' | 'own' | 'package';

/** All objects of the tenant: its own, those of packages, and the platform's. */
export function ObjectsPage() {
  const { t } = useTranslation('studio');
  const navigate = useNavigate();
  const documents = useDocuments('object');
  const [text, setText] = useState('');
  const [scope, setScope] = useState<Scope>('all');
  const [creating, setCreating] = useState(false);
  useShortcut('c', () => { setCreating(true); });

  const found = documents.filter((item) => matches(item, text) && inScope(item, scope)).sort((a, b) => a.label.localeCompare(b.label));
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => { setCreating(true); }} data-testid="studio-new-object">
      {t('objects.new')}
    </Button>
  );
  return (
    <Page title={t('objects.title')} hint={t('objects.hint')} actions={create}>
      <div className={styles.toolbar}>
        <Input
          className={styles.search}
          prefix={<SearchOutlined />}
          placeholder={t('objects.search')}
          aria-label={t('objects.search')}
          allowClear
          value={text}
          onChange={(event) => { setText(event.target.value); }}
          data-testid="studio-object-search"
        />
        <Segmented<Scope>
          value={scope}
          onChange={setScope}
          options={[
            { value: 'all', label: t('objects.scope_all') },
            { value: 'own', label: t('objects.scope_own') },
            { value: 'package', label: t('objects.scope_package') },
          ]}
        />
      </div>
      {found.length === 0 ? (
        <Empty
          icon="database"
          title={text === '' ? t('objects.none_own') : t('objects.none_found', { text })}
          text={text === '' ? t('objects.none_own_text') : undefined}
          action={text === '' ? <Button type="primary" onClick={() => { setCreating(true); }}>{t('objects.new')}</Button> : undefined}
        />
      ) : (
        <div className={styles.list} role="list">
          {found.map((item) => <ObjectRow key={item.name} item={item} />)}
        </div>
      )}
      {creating && (
        <NewObjectDialog
          onClose={() => { setCreating(false); }}
          onCreated={(name) => { void navigate({ to: '/studio/objects/$name', params: { name } }); }}
        />
      )}
    </Page>
  );
}

function matches(item: DraftSummary, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return item.label.toLowerCase().includes(wanted) || item.name.includes(wanted);
}

function inScope(item: DraftSummary, scope: Scope): boolean {
  const foreign = item.core || item.package !== null;
  return scope === 'all' || (scope === 'package') === foreign;
}

function ObjectRow({ item }: { item: DraftSummary }) {
  const { t } = useTranslation('studio');
  const object = useDraftModel().byName.get(item.name);
  const fields = object?.fields.filter((field) => !field.system).length ?? 0;
  return (
    <Link to="/studio/objects/$name" params={{ name: item.name }} className={styles.item} role="listitem" data-testid={`studio-object-${item.name}`}>
      <span className={styles.itemMain}>
        <ObjectIcon name={object?.icon} color={object?.color} tile size={14} />
        <span className={`${styles.itemLabel} ${item.state === 'deleted' ? styles.deleted : ''}`}>{item.label}</span>
      </span>
      <span className={`${styles.code} ${styles.wide}`}>{item.name}</span>
      <span className={`${styles.note} ${styles.wide}`}>{t('objects.fields', { count: fields })}</span>
      <Marks origin={item.package} core={item.core} state={item.state} />
    </Link>
  );
}
