import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Model, ObjectModel } from '@/api/model';
import type { SortKey } from '@/api/types';
import { filterFields } from '@/filters';
import { moved } from '../documents';
import { SortableRows } from '../parts/SortableRows';
import styles from './views.module.css';

const MOST_KEYS = 5;

interface SortChooserProps {
  model: Model;
  object: ObjectModel;
  sort: SortKey[];
  onChange: (sort: SortKey[]) => void;
}

/** Fields to sort by, the most important first. */
export function SortChooser({ model, object, sort, onChange }: SortChooserProps) {
  const { t } = useTranslation('studio');
  const fields = filterFields(model, object).filter((field) => field.field.sortable);
  const used = new Set(sort.map((key) => key.field));
  const free = fields.find((field) => !used.has(field.path));
  const set = (index: number, part: Partial<SortKey>) => { onChange(sort.map((key, at) => (at === index ? { ...key, ...part } : key))); };
  return (
    <>
      {sort.length > 0 && (
        <SortableRows
          items={sort}
          idOf={(key) => key.field}
          onMove={(from, to) => { onChange(moved(sort, from, to)); }}
          render={(key, index) => (
            <div className={styles.column}>
              <Select
                className={styles.sortField}
                value={key.field}
                showSearch={{ optionFilterProp: 'label' }}
                options={fields.filter((field) => field.path === key.field || !used.has(field.path)).map((field) => ({ value: field.path, label: field.label }))}
                onChange={(field) => { set(index, { field }); }}
                aria-label={t('views.sort')}
              />
              <Segmented<'asc' | 'desc'>
                value={key.direction ?? 'asc'}
                onChange={(direction) => { set(index, { direction }); }}
                options={[{ value: 'asc', label: t('views.asc') }, { value: 'desc', label: t('views.desc') }]}
              />
              <Button type="text" size="small" icon={<CloseOutlined />} onClick={() => { onChange(sort.filter((_, at) => at !== index)); }} aria-label={t('parts.remove')} />
            </div>
          )}
        />
      )}
      <Button className={styles.addSort} size="small" icon={<PlusOutlined />} disabled={!free || sort.length >= MOST_KEYS} onClick={() => { if (free) onChange([...sort, { field: free.path, direction: 'asc' }]); }} data-testid="sort-add">
        {t('views.add_sort')}
      </Button>
    </>
  );
}
