import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Popconfirm, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/app/Empty';
import { freeName, labelIn } from '../documents';
import { useDocuments, useEdit, useLocale } from '../draft';
import { Marks } from '../parts/StateTag';
import styles from '../studio.module.css';
import { defaultLayout, defaultView, fieldsOf, type ObjectDocuments } from './edits';

type Kind = 'layout' | 'view';

const PAGE = { layout: '/studio/layouts/$name', view: '/studio/views/$name' } as const;

/** The layouts or list views of an object. */
export function DocumentsTab({ documents, kind }: { documents: ObjectDocuments; kind: Kind }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const edit = useEdit();
  const navigate = useNavigate();
  const taken = useDocuments(kind).map((item) => item.name);
  const items = kind === 'layout' ? documents.layouts : documents.views;
  const kept = items.filter((item) => item.state !== 'deleted');

  const create = () => {
    const object = { ...documents.object.body, fields: fieldsOf(documents) };
    const base = `${object.name.slice(0, 40)}_${kind === 'layout' ? 'record' : 'list'}`;
    const name = freeName(base, (wanted) => taken.includes(wanted));
    const first = kept.length === 0;
    const body = kind === 'layout' ? defaultLayout(object, name, first) : defaultView(object, name, first);
    if (!first) body.label = { en: t('documents.new_name', { lng: 'en', number: kept.length + 1 }), 'zh-CN': t('documents.new_name', { lng: 'zh-CN', number: kept.length + 1 }) };
    edit({ put: [body] });
    void navigate({ to: PAGE[kind], params: { name } });
  };
  const button = (
    <Button type="primary" icon={<PlusOutlined />} onClick={create} disabled={documents.object.state === 'deleted'} data-testid={`new-${kind}`}>
      {t(kind === 'layout' ? 'layouts.new' : 'views.new')}
    </Button>
  );
  if (items.length === 0) {
    return (
      <Empty
        icon={kind === 'layout' ? 'layout' : 'table'}
        title={t(kind === 'layout' ? 'layouts.none' : 'views.none')}
        text={t(kind === 'layout' ? 'layouts.none_text' : 'views.none_text')}
        action={button}
      />
    );
  }
  return (
    <div className={styles.narrow}>
      <div className={styles.toolbar}>
        <span className={styles.note}>{t(kind === 'layout' ? 'layouts.hint' : 'views.hint')}</span>
        <span className={styles.grow} />
        {button}
      </div>
      <div className={styles.list}>
        {items.map(({ body, state, core, package: origin }) => (
          <div key={body.name} className={`${styles.item} ${styles.withAction}`} data-testid={`studio-${kind}-${body.name}`}>
            <span className={styles.itemMain}>
              {state === 'deleted' || core ? (
                <span className={`${styles.itemLabel} ${state === 'deleted' ? styles.deleted : ''}`}>{labelIn(body.label, locale, body.name)}</span>
              ) : (
                <Link to={PAGE[kind]} params={{ name: body.name }} className={styles.itemLabel}>{labelIn(body.label, locale, body.name)}</Link>
              )}
              {body.default && <Tag color="blue" variant="filled">{t('documents.default')}</Tag>}
            </span>
            <span className={`${styles.code} ${styles.wide}`}>{body.name}</span>
            <Marks origin={origin} core={core} state={state} />
            {state === 'deleted' || core ? <span /> : (
              <Popconfirm title={t('documents.remove_ask')} okText={t('parts.remove')} okButtonProps={{ danger: true }} onConfirm={() => { edit({ remove: [{ kind, name: body.name }] }); }}>
                <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t('parts.remove')} />
              </Popconfirm>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}
