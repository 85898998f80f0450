import { Alert, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import type { Import, ImportOptions } from './api';
import styles from './imports.module.css';
import { keyFields } from './mapping';
import type { MappingEditor } from './useMappingEditor';

/** What happens to records that are there already, and the field that tells which they are. */
export function KeyAndMode({ job, object, editor }: { job: Import; object: ObjectModel; editor: MappingEditor }) {
  const { t } = useTranslation('imports');
  const { mapping, options, change, faults } = editor;
  const keys = keyFields(object, mapping);
  const mode = options.mode || (options.key ? 'upsert' : 'create');
  const set = (part: ImportOptions) => { change({ options: { ...options, ...part } }); };
  const setKey = (key: string | undefined) => {
    if (!key) {
      const { key: _gone, ...rest } = options;
      change({ options: { ...rest, mode: 'create' } });
    } else set({ key, mode: key === 'id' ? 'update' : mode === 'create' ? 'upsert' : mode });
  };
  return (
    <Form layout="vertical" component="div" className={styles.settings}>
      <Form.Item label={t('key.title')} help={faults.key[0]} extra={t(keys.length === 0 ? 'key.none' : 'key.help')} validateStatus={faults.key.length > 0 ? 'error' : ''}>
        <Select
          allowClear
          value={options.key ?? null}
          options={keys.map((field) => ({ value: field.name, label: field.label }))}
          placeholder={t('key.placeholder')}
          disabled={keys.length === 0 && !options.key}
          onChange={setKey}
          aria-label={t('key.title')}
          data-testid="import-key"
        />
      </Form.Item>
      <Form.Item label={t('mode.title')} extra={t(`mode.help_${mode}${mode === 'create' && options.key ? '_key' : ''}`)}>
        <Select
          value={mode}
          options={[
            { value: 'upsert', label: t('mode.upsert'), disabled: !options.key || options.key === 'id' },
            { value: 'create', label: t('mode.create'), disabled: options.key === 'id' },
            { value: 'update', label: t('mode.update'), disabled: !options.key },
          ]}
          onChange={(next) => { set({ mode: next }); }}
          aria-label={t('mode.title')}
          data-testid="import-mode"
        />
      </Form.Item>
      <Form.Item label={t('empty.title')}>
        <Select
          value={options.empty ?? 'keep'}
          options={[{ value: 'keep', label: t('empty.keep') }, { value: 'clear', label: t('empty.clear') }]}
          onChange={(empty) => { set({ empty }); }}
          aria-label={t('empty.title')}
        />
      </Form.Item>
      {job.sheets.length > 1 && (
        <Form.Item label={t('sheet.title')}>
          <Select value={options.sheet || job.sheets[0]} options={job.sheets.map((sheet) => ({ value: sheet, label: sheet }))} onChange={(sheet) => { set({ sheet }); }} aria-label={t('sheet.title')} data-testid="import-sheet" />
        </Form.Item>
      )}
      {faults.general.length > 0 && <Alert className={styles.full} type="error" showIcon title={faults.general.join(' ')} data-testid="import-mapping-faults" />}
    </Form>
  );
}
