import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Model, ObjectModel } from '@/api/model';
import { ObjectIcon } from '@/app/icons';
import { filterFields } from '@/filters';
import { labelIn, moved, type RelatedDocument } from '../documents';
import { useLocale } from '../draft';
import { useDraftModel } from '../draftModel';
import { SortableRows } from '../parts/SortableRows';
import studio from '../studio.module.css';
import styles from './layouts.module.css';

interface RelatedListsProps {
  object: ObjectModel;
  related: RelatedDocument[];
  onChange: (related: RelatedDocument[]) => void;
}

interface Pointer {
  object: string;
  field: string;
  label: string;
}

/** Lookup fields of all objects that point at this one. */
function pointersTo(model: Model, object: string): Pointer[] {
  return model.objects.flatMap((other) =>
    other.fields
      .filter((field) => field.target === object && !field.system)
      .map((field) => ({ object: other.name, field: field.name, label: `${other.label_plural} · ${field.label}` })),
  );
}

export function RelatedLists({ object, related, onChange }: RelatedListsProps) {
  const { t } = useTranslation('studio');
  const model = useDraftModel();
  const free = pointersTo(model, object.name).filter((one) => !related.some((list) => list.object === one.object && list.field === one.field));
  const set = (index: number, part: Partial<RelatedDocument>) => { onChange(related.map((one, at) => (at === index ? { ...one, ...part } : one))); };
  const add = (key: string) => {
    const [other = '', field = ''] = key.split('.');
    const target = model.byName.get(other);
    const columns = (target?.fields ?? []).filter((one) => !one.system && one.name !== field).slice(0, 4).map((one) => one.name);
    onChange([...related, { object: other, field, columns, sort: [{ field: 'created_at', direction: 'desc' }], limit: 10 }]);
  };
  return (
    <div className={styles.related}>
      {related.length === 0 && <p className={studio.note}>{t(free.length > 0 ? 'layouts.related_none' : 'layouts.related_impossible')}</p>}
      <SortableRows
        items={related}
        idOf={(one) => `${one.object}.${one.field}`}
        onMove={(from, to) => { onChange(moved(related, from, to)); }}
        render={(one, index) => <RelatedRow related={one} onChange={(part) => { set(index, part); }} onRemove={() => { onChange(related.filter((_, at) => at !== index)); }} />}
      />
      <Dropdown
        trigger={['click']}
        disabled={free.length === 0}
        menu={{ items: free.map((one) => ({ key: `${one.object}.${one.field}`, label: one.label })), onClick: ({ key }) => { add(key); } }}
      >
        <Button icon={<PlusOutlined />} data-testid="related-add">{t('layouts.add_related')}</Button>
      </Dropdown>
    </div>
  );
}

function RelatedRow({ related, onChange, onRemove }: { related: RelatedDocument; onChange: (part: Partial<RelatedDocument>) => void; onRemove: () => void }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const model = useDraftModel();
  const other = model.byName.get(related.object);
  const options = other ? filterFields(model, other).map((field) => ({ value: field.path, label: field.label })) : [];
  return (
    <div className={styles.relatedRow}>
      <span className={styles.relatedName}>
        <ObjectIcon name={other?.icon} color={other?.color} /> {labelIn(related.label, locale, other?.label_plural ?? related.object)}
      </span>
      <Select
        className={styles.relatedColumns}
        mode="multiple"
        value={related.columns ?? []}
        options={options}
        optionFilterProp="label"
        onChange={(columns: string[]) => { onChange({ columns }); }}
        placeholder={t('layouts.related_columns')}
        aria-label={t('layouts.related_columns')}
        maxTagCount="responsive"
      />
      <InputNumber min={1} max={50} precision={0} value={related.limit ?? 10} onChange={(limit) => { if (limit !== null) onChange({ limit }); }} suffix={t('layouts.rows')} aria-label={t('layouts.related_limit')} style={{ width: 110 }} />
      <Button type="text" icon={<DeleteOutlined />} onClick={onRemove} aria-label={t('parts.remove')} />
    </div>
  );
}
