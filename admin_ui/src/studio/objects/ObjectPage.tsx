import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { NotFoundPage } from '@/app/ErrorPages';
import { ObjectIcon } from '@/app/icons';
import { Page } from '@/app/Page';
import { FIELD_HASH } from '../changes/places';
import { labelIn } from '../documents';
import { useEdit, useLocale } from '../draft';
import { OriginTag, StateTag } from '../parts/StateTag';
import { ApiTab } from './ApiTab';
import { DocumentsTab } from './DocumentsTab';
import type { ObjectDocuments } from './edits';
import { FieldsTab } from './FieldsTab';
import styles from './objects.module.css';
import { SettingsTab } from './SettingsTab';
import { useObjectDocuments } from './useObjectDocuments';

const TABS = ['fields', 'layouts', 'views', 'settings', 'api'] as const;
type Tab = (typeof TABS)[number];

/** One object: fields, layouts, list views, settings, API. The tab stands in the address. */
export function ObjectPage() {
  const name = useParams({ strict: false }).name ?? '';
  const documents = useObjectDocuments(name);
  return documents ? <ObjectEditor key={name} documents={documents} /> : <NotFoundPage />;
}

function ObjectEditor({ documents }: { documents: ObjectDocuments }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const navigate = useNavigate();
  const hash = useLocation({ select: (location) => location.hash });
  const { body, state, core, package: origin } = documents.object;
  const tab: Tab = TABS.find((one) => one === hash) ?? 'fields';
  const content = { fields: FieldsTab, layouts: LayoutsTab, views: ViewsTab, settings: SettingsTab, api: ApiTab };
  const Content = content[tab];
  return (
    <Page
      icon={<ObjectIcon name={body.icon} color={body.color} tile size={15} />}
      title={<>{labelIn(body.label, locale, body.name)} <OriginTag origin={origin} core={core} /> <StateTag state={state} /></>}
      hint={<><Link to="/studio/objects">{t('objects.title')}</Link> › <code>{body.name}</code></>}
      actions={state === 'added' ? null : <Link to="/o/$object" params={{ object: body.name }}><Button>{t('objects.open_records')}</Button></Link>}
    >
      {state === 'deleted' && <DeletedNotice documents={documents} />}
      <Tabs
        className={styles.tabBar}
        activeKey={hash.startsWith(FIELD_HASH) ? 'fields' : tab}
        onChange={(key) => { void navigate({ to: '.', hash: key === 'fields' ? '' : key, replace: true }); }}
        items={TABS.map((key) => ({ key, label: <span data-testid={`object-tab-${key}`}>{t(`tab.${key}`)}</span> }))}
      />
      <div className={styles.tabs}><Content documents={documents} /></div>
    </Page>
  );
}

function LayoutsTab({ documents }: { documents: ObjectDocuments }) {
  return <DocumentsTab documents={documents} kind="layout" />;
}

function ViewsTab({ documents }: { documents: ObjectDocuments }) {
  return <DocumentsTab documents={documents} kind="view" />;
}

function DeletedNotice({ documents }: { documents: ObjectDocuments }) {
  const { t } = useTranslation('studio');
  const edit = useEdit();
  const restore = () => {
    const all = [documents.object, ...documents.extensions, ...documents.layouts, ...documents.views];
    edit({ withdraw: all.filter((one) => one.state === 'deleted').map(({ body }) => ({ kind: body.kind, name: body.name })) });
  };
  return (
    <Alert
      type="warning"
      showIcon
      title={t('objects.is_deleted')}
      action={<Button size="small" onClick={restore} data-testid="object-restore">{t('objects.restore')}</Button>}
      style={{ marginBottom: 12 }}
    />
  );
}
