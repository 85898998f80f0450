import type { ObjectModel } from '@/api/model';
import type { DataRecord } from '@/api/types';
import type { FormSection } from '../form/formModel';
import { InlineField } from './InlineField';
import styles from './record.module.css';

/** The sections of a record with their fields, each edited where it stands. */
export function Details({ object, record, sections }: { object: ObjectModel; record: DataRecord; sections: FormSection[] }) {
  return sections.map((section) => (
    <section key={section.name} className={styles.section} aria-label={section.label} data-testid={`section-${section.name}`}>
      <h2>{section.label}</h2>
      <dl className={styles.fields} data-columns={section.columns}>
        {section.fields.map((field) => <InlineField key={field.name} object={object} record={record} field={field} />)}
      </dl>
    </section>
  ));
}
