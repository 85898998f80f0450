import { PlusOutlined, SearchOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/app/Empty';
import { useShortcut } from '@/app/keyboard';
import { Page } from '@/app/Page';
import { labelIn, type PicklistDocument } from '../documents';
import { useDocumentBodies, useDocuments, useEdit, useLocale } from '../draft';
import { NewDocumentDialog, useNewDialog } from '../parts/NewDocumentDialog';
import { Marks } from '../parts/StateTag';
import styles from '../studio.module.css';

/** Sets of values that fields of several objects share. */
export function PicklistsPage() {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const navigate = useNavigate();
  const edit = useEdit();
  const documents = useDocuments('picklist');
  const [text, setText] = useState('');
  const dialog = useNewDialog();
  useShortcut('c', dialog.open);
  const bodies = useDocumentBodies('picklist', documents.map((item) => item.name));
  const wanted = text.trim().toLowerCase();
  const found = documents
    .filter((item) => `${item.label} ${item.name}`.toLowerCase().includes(wanted))
    .sort((a, b) => a.label.localeCompare(b.label));
  const values = (name: string) => bodies.find((one) => one.body.name === name)?.body.values ?? [];
  return (
    <Page
      title={t('picklists.title')}
      hint={t('picklists.hint')}
      actions={<Button type="primary" icon={<PlusOutlined />} onClick={dialog.open} data-testid="studio-new-picklist">{t('picklists.new')}</Button>}
    >
      {documents.length === 0 ? (
        <Empty icon="unordered-list" title={t('picklists.none')} text={t('picklists.none_text')} action={<Button type="primary" onClick={dialog.open}>{t('picklists.new')}</Button>} />
      ) : (
        <>
          <div className={styles.toolbar}>
            <Input className={styles.search} prefix={<SearchOutlined />} allowClear placeholder={t('picklists.search')} aria-label={t('picklists.search')} value={text} onChange={(event) => { setText(event.target.value); }} />
          </div>
          <div className={styles.list} role="list">
            {found.map((item) => (
              <Link key={item.name} to="/studio/picklists/$name" params={{ name: item.name }} className={styles.item} role="listitem" data-testid={`studio-picklist-${item.name}`}>
                <span className={styles.itemMain}>
                  <span className={`${styles.itemLabel} ${item.state === 'deleted' ? styles.deleted : ''}`}>{item.label}</span>
                </span>
                <span className={`${styles.note} ${styles.wide} truncate`}>{values(item.name).slice(0, 4).map((value) => labelIn(value.label, locale, value.value)).join(' · ')}</span>
                <span className={`${styles.note} ${styles.wide}`}>{t('fields.values', { count: values(item.name).length })}</span>
                <Marks origin={item.package} core={item.core} state={item.state} />
              </Link>
            ))}
          </div>
        </>
      )}
      {dialog.shown && (
        <NewDocumentDialog
          title={t('picklists.new')}
          fallback="picklist"
          taken={(name) => documents.some((item) => item.name === name)}
          onClose={dialog.close}
          onCreate={(label, name) => {
            const body: PicklistDocument = { kind: 'picklist', name, label, values: [] };
            edit({ put: [body] });
            void navigate({ to: '/studio/picklists/$name', params: { name } });
          }}
        />
      )}
    </Page>
  );
}
