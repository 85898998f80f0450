import { PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/app/Empty';
import { ObjectIcon } from '@/app/icons';
import { Page } from '@/app/Page';
import { freeName, isNavigationGroup, labelIn, type AppDocument } from '../documents';
import { useDocumentBodies, useDocuments, useEdit, useLocale } from '../draft';
import { NewDocumentDialog, useNewDialog } from '../parts/NewDocumentDialog';
import { Marks } from '../parts/StateTag';
import styles from '../studio.module.css';

/** All apps: each is the navigation of a group of users. */
export function AppsPage() {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const navigate = useNavigate();
  const edit = useEdit();
  const documents = useDocuments('app');
  const apps = useDocumentBodies('app', documents.map((item) => item.name)).sort((a, b) => (a.body.position ?? 1e6) - (b.body.position ?? 1e6));
  const dialog = useNewDialog();
  const taken = (name: string) => documents.some((item) => item.name === name);
  const button = <Button type="primary" icon={<PlusOutlined />} onClick={dialog.open} data-testid="studio-new-app">{t('apps.new')}</Button>;
  return (
    <Page title={t('apps.title')} hint={t('apps.hint')} actions={button}>
      {apps.length === 0 ? (
        <Empty icon="appstore" title={t('apps.none')} text={t('apps.none_text')} action={<Button type="primary" onClick={dialog.open}>{t('apps.new')}</Button>} />
      ) : (
        <div className={styles.list} role="list">
          {apps.map(({ body, state, core, package: origin }) => (
            <Link key={body.name} to="/studio/apps/$name" params={{ name: body.name }} className={styles.item} role="listitem" data-testid={`studio-app-${body.name}`}>
              <span className={styles.itemMain}>
                <ObjectIcon name={body.icon} tile size={14} color="var(--accent)" />
                <span className={`${styles.itemLabel} ${state === 'deleted' ? styles.deleted : ''}`}>{labelIn(body.label, locale, body.name)}</span>
              </span>
              <span className={`${styles.code} ${styles.wide}`}>{body.name}</span>
              <span className={`${styles.note} ${styles.wide}`}>{t('apps.objects', { count: objectCount(body) })}</span>
              <Marks origin={origin} core={core} state={state} />
            </Link>
          ))}
        </div>
      )}
      {dialog.shown && (
        <NewDocumentDialog
          title={t('apps.new')}
          fallback="app"
          taken={taken}
          onClose={dialog.close}
          onCreate={(label, name) => {
            const body: AppDocument = { kind: 'app', name: freeName(name, taken), label, icon: 'appstore', position: apps.length, items: [] };
            edit({ put: [body] });
            void navigate({ to: '/studio/apps/$name', params: { name } });
          }}
        />
      )}
    </Page>
  );
}

function objectCount(app: AppDocument): number {
  return app.items.reduce((sum, item) => sum + (isNavigationGroup(item) ? item.items.length : 1), 0);
}
