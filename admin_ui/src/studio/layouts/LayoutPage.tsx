import { useParams } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { Segmented, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { NotFoundPage } from '@/app/ErrorPages';
import { Page } from '@/app/Page';
import { labelIn, type LayoutDocument } from '../documents';
import { useDocument, useEdit, useLocale, type Draft } from '../draft';
import { useDraftModel } from '../draftModel';
import { useObjectDocuments } from '../objects/useObjectDocuments';
import { SavedLabelInput } from '../parts/LabelInput';
import { StateTag } from '../parts/StateTag';
import studio from '../studio.module.css';
import { LayoutCanvas } from './LayoutCanvas';
import { LayoutPreview } from './LayoutPreview';
import styles from './layouts.module.css';
import { RelatedLists } from './RelatedLists';

/** Designer of a record page: sections of fields, and lists of related records below. */
export function LayoutPage() {
  const name = useParams({ strict: false }).name ?? '';
  const layout = useDocument('layout', name);
  const object = useDraftModel().byName.get(layout?.body.object ?? '');
  return layout && object && layout.state !== 'deleted' ? <Designer key={name} layout={layout} object={object} /> : <NotFoundPage />;
}

function Designer({ layout, object }: { layout: Draft<LayoutDocument>; object: ObjectModel }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const edit = useEdit();
  const [mode, setMode] = useState<'design' | 'preview'>('design');
  const siblings = useObjectDocuments(object.name)?.layouts ?? [];
  const { body, state } = layout;
  const change = (part: Partial<LayoutDocument>) => { edit({ put: [{ ...body, ...part }] }); };
  const makeDefault = () => {
    const others = siblings.filter((one) => one.body.default && one.body.name !== body.name && !one.core).map((one) => ({ ...one.body, default: false }));
    edit({ put: [{ ...body, default: true }, ...others] });
  };
  return (
    <Page
      title={<>{labelIn(body.label, locale, body.name)} <StateTag state={state} /></>}
      hint={<><Link to="/studio/objects">{t('objects.title')}</Link> › <Link to="/studio/objects/$name" params={{ name: object.name }} hash="layouts">{object.label}</Link> › {t('kind.layout')}</>}
      actions={
        <Segmented
          value={mode}
          onChange={setMode}
          options={[{ value: 'design', label: t('layouts.design') }, { value: 'preview', label: t('layouts.preview') }]}
        />
      }
    >
      {mode === 'preview' ? <LayoutPreview layout={body} object={object} /> : (
        <>
          <div className={styles.head}>
            <div className={styles.headLabel}><SavedLabelInput value={body.label} onSave={(label) => { change({ label }); }} name={t('layouts.label')} testId="layout-label" /></div>
            <label className={styles.default}>
              <Switch size="small" checked={body.default === true} disabled={body.default === true} onChange={makeDefault} data-testid="layout-default" /> {t('layouts.default')}
            </label>
          </div>
          <LayoutCanvas sections={body.sections} object={object} onChange={(sections) => { change({ sections }); }} />
          <h2 className={studio.sectionTitle}>{t('layouts.related')}</h2>
          <RelatedLists object={object} related={body.related ?? []} onChange={(related) => { change({ related }); }} />
        </>
      )}
    </Page>
  );
}
