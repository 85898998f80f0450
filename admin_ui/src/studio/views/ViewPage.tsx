import { Link, useParams } from '@tanstack/react-router';
import { Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Model, ObjectModel } from '@/api/model';
import type { Filter } from '@/api/types';
import { NotFoundPage } from '@/app/ErrorPages';
import { Page } from '@/app/Page';
import { FilterBuilder, FilterChips, sameFilter } from '@/filters';
import { labelIn, type ViewDocument } from '../documents';
import { useDocument, useEdit, useLocale, type Draft } from '../draft';
import { useDraftModel } from '../draftModel';
import { useObjectDocuments } from '../objects/useObjectDocuments';
import { SavedLabelInput } from '../parts/LabelInput';
import { StateTag } from '../parts/StateTag';
import studio from '../studio.module.css';
import { ColumnChooser } from './ColumnChooser';
import { SortChooser } from './SortChooser';
import styles from './views.module.css';

/** Editor of a list view: columns, filter, order. */
export function ViewPage() {
  const name = useParams({ strict: false }).name ?? '';
  const view = useDocument('view', name);
  const model = useDraftModel();
  const object = model.byName.get(view?.body.object ?? '');
  return view && object && view.state !== 'deleted' ? <Editor key={name} view={view} object={object} model={model} /> : <NotFoundPage />;
}

function Editor({ view, object, model }: { view: Draft<ViewDocument>; object: ObjectModel; model: Model }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const edit = useEdit();
  const siblings = useObjectDocuments(object.name)?.views ?? [];
  const { body, state } = view;
  const change = (part: Partial<ViewDocument>) => { edit({ put: [{ ...body, ...part }] }); };
  const makeDefault = () => {
    const others = siblings.filter((one) => one.body.default && one.body.name !== body.name && !one.core).map((one) => ({ ...one.body, default: false }));
    edit({ put: [{ ...body, default: true }, ...others] });
  };
  const setFilter = (filter: Filter | null) => {
    const { filter: _old, ...rest } = body;
    edit({ put: [filter ? { ...rest, filter } : rest] });
  };
  return (
    <Page
      title={<>{labelIn(body.label, locale, body.name)} <StateTag state={state} /></>}
      hint={<><Link to="/studio/objects">{t('objects.title')}</Link> › <Link to="/studio/objects/$name" params={{ name: object.name }} hash="views">{object.label}</Link> › {t('kind.view')}</>}
    >
      <div className={styles.editor}>
        <section className={styles.block}>
          <h2 className={studio.sectionTitle}>{t('views.label')}</h2>
          <div className={styles.labelRow}>
            <div className={styles.label}><SavedLabelInput value={body.label} onSave={(label) => { change({ label }); }} name={t('views.label')} testId="view-label" /></div>
            <label className={styles.default}>
              <Switch size="small" checked={body.default === true} disabled={body.default === true} onChange={makeDefault} data-testid="view-default" /> {t('views.default')}
            </label>
          </div>
        </section>
        <section className={styles.block}>
          <h2 className={studio.sectionTitle}>{t('views.columns')}</h2>
          <ColumnChooser model={model} object={object} columns={body.columns} onChange={(columns) => { change({ columns }); }} />
        </section>
        <section className={styles.block}>
          <h2 className={studio.sectionTitle}>{t('views.filter')}</h2>
          <FilterPart key={body.name} object={object} model={model} filter={body.filter} onChange={setFilter} />
        </section>
        <section className={styles.block}>
          <h2 className={studio.sectionTitle}>{t('views.sort')}</h2>
          <SortChooser model={model} object={object} sort={body.sort ?? []} onChange={(sort) => { change({ sort }); }} />
        </section>
      </div>
    </Page>
  );
}

/** The filter is put into the draft when the user leaves it, not at every key. */
function FilterPart({ object, model, filter, onChange }: { object: ObjectModel; model: Model; filter: Filter | undefined; onChange: (filter: Filter | null) => void }) {
  const { t } = useTranslation('studio');
  const [edited, setEdited] = useState<Filter | null>(filter ?? null);
  const commit = () => { if (!sameFilter(edited, filter)) onChange(edited); };
  return (
    // The blur of any control inside, also of those in a popup, comes up to here.
    <div onBlur={commit} onMouseLeave={commit}>
      <FilterBuilder object={object} model={model} value={edited} onChange={setEdited} />
      <p className={studio.note}>{edited ? <FilterChips object={object} model={model} filter={edited} /> : t('views.filter_none')}</p>
    </div>
  );
}
