import { Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import type { FieldDescription } from '@/api/types';
import { FieldInput, isEmpty, validate } from '@/fields';
import { isWritable } from '../form/formModel';

interface BulkEditProps {
  object: ObjectModel;
  count: number;
  onClose: () => void;
  onApply: (field: FieldDescription, value: unknown) => void;
}

/** Chooses the field and the value that all chosen records get. */
export function BulkEdit({ object, count, onClose, onApply }: BulkEditProps) {
  const { t } = useTranslation(['workspace', 'shell']);
  const [name, setName] = useState<string>();
  const [value, setValue] = useState<unknown>(null);
  const [fault, setFault] = useState<string>();
  const fields = object.fields.filter((field) => isWritable(field) && !field.unique && (!field.system || field.name === 'owner_id'));
  const field = fields.find((candidate) => candidate.name === name);
  const apply = () => {
    if (!field) return;
    const found = validate(field, value);
    setFault(found);
    if (found === undefined) onApply(field, value);
  };
  return (
    <Modal
      open
      width={440}
      title={t('bulk.editTitle', { count, label: count === 1 ? object.label : object.label_plural })}
      onCancel={onClose}
      onOk={apply}
      okText={field && isEmpty(value) ? t('bulk.clearValue') : t('bulk.apply', { count })}
      cancelText={t('shell:cancel')}
      okButtonProps={{ disabled: !field, 'data-testid': 'bulk-apply' }}
    >
      <div style={{ display: 'grid', gap: 12, margin: '14px 0 6px' }}>
        <Select
          value={name ?? null}
          options={fields.map((candidate) => ({ value: candidate.name, label: candidate.label }))}
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('bulk.field')}
          aria-label={t('bulk.field')}
          data-testid="bulk-field"
          autoFocus
          onChange={(next: string) => {
            setName(next);
            setValue(null);
            setFault(undefined);
          }}
        />
        {field ? (
          <div key={field.name}>
            <FieldInput field={field} value={value} onChange={setValue} status={fault === undefined ? '' : 'error'} />
            {fault === undefined ? null : <div role="alert" style={{ color: 'var(--danger)', fontSize: 12, marginTop: 4 }}>{fault}</div>}
          </div>
        ) : null}
      </div>
    </Modal>
  );
}
