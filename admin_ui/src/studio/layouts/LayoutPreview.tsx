import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { useMobile } from '@/app/useMobile';
import { labelIn, type LayoutDocument } from '../documents';
import { useLocale } from '../draft';
import { useDraftModel } from '../draftModel';
import styles from './layouts.module.css';

/** The page as users will see it, with bars in the place of values. */
export function LayoutPreview({ layout, object }: { layout: LayoutDocument; object: ObjectModel }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const mobile = useMobile();
  const model = useDraftModel();
  return (
    <div className={styles.preview} data-testid="layout-preview">
      {layout.sections.map((section) => (
        <section key={section.name} className={styles.previewSection}>
          <h3>{labelIn(section.label, locale, section.name)}</h3>
          <dl style={{ gridTemplateColumns: `repeat(${mobile ? 1 : (section.columns ?? 2)}, minmax(0, 1fr))` }}>
            {section.fields.map((name, index) => (
              <div key={name}>
                <dt>{object.field.get(name)?.label ?? name}</dt>
                <dd><span style={{ width: `${45 + ((index * 23) % 40)}%` }} /></dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      {(layout.related ?? []).map((related) => {
        const other = model.byName.get(related.object);
        return (
          <section key={`${related.object}.${related.field}`} className={styles.previewSection}>
            <h3>{labelIn(related.label, locale, other?.label_plural ?? related.object)}</h3>
            <div className={styles.previewColumns}>
              {(related.columns ?? [other?.name_field ?? 'id']).map((column) => <span key={column}>{other?.field.get(column)?.label ?? column}</span>)}
            </div>
            <p className={styles.previewNote}>{t('layouts.related_rows', { count: related.limit ?? 10 })}</p>
          </section>
        );
      })}
    </div>
  );
}
