import { CheckOutlined, CloseOutlined, EditOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Tooltip } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { fieldFaults, isProblem } from '@/api/problem';
import { etagOf, updateRecord } from '@/api/records';
import type { DataRecord, FieldDescription } from '@/api/types';
import { FieldDisplay, FieldInput, sameValue, toWrite, validate } from '@/fields';
import { isWritable } from '../form/formModel';
import { refreshObject } from '../refresh';
import styles from './record.module.css';

interface InlineFieldProps {
  object: ObjectModel;
  record: DataRecord;
  field: FieldDescription;
}

function Editor({ object, record, field, onDone }: InlineFieldProps & { onDone: () => void }) {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message } = App.useApp();
  const client = useQueryClient();
  const [value, setValue] = useState(record[field.name]);
  const [fault, setFault] = useState<string>();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    if (sameValue(field, value, record[field.name])) {
      onDone();
      return;
    }
    const found = validate(field, value);
    setFault(found);
    if (found !== undefined) return;
    setSaving(true);
    try {
      await updateRecord(object.name, record.id, { [field.name]: toWrite(field, value) }, etagOf(record));
      await refreshObject(client, object.name);
      onDone();
    } catch (error) {
      if (isProblem(error, 'stale')) {
        await client.invalidateQueries({ queryKey: ['record', object.name, record.id] });
        void message.warning(t('conflict.cell'));
        onDone();
        return;
      }
      const faults = fieldFaults(error, [field.name]);
      setFault(faults.fields[field.name]?.[0] ?? faults.general.join(' '));
    } finally {
      setSaving(false);
    }
  };
  return (
    // The handler only watches what happens in the input inside.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className={styles.editor}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onDone();
        } else if (event.key === 'Enter' && !event.shiftKey && !['picklist', 'multi_picklist', 'lookup', 'user', 'json'].includes(field.type)) {
          event.preventDefault();
          void save();
        }
      }}
    >
      <div className={styles.editorRow}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <FieldInput field={field} value={value} onChange={(next) => { setValue(next); setFault(undefined); }} status={fault === undefined ? '' : 'error'} autoFocus />
        </div>
        <Button type="primary" size="small" icon={<CheckOutlined />} loading={saving} aria-label={t('shell:save')} onClick={() => void save()} data-testid={`save-${field.name}`} />
        <Button size="small" icon={<CloseOutlined />} aria-label={t('shell:cancel')} onClick={onDone} />
      </div>
      {fault === undefined ? null : <div className={styles.fault} role="alert" data-testid={`fault-${field.name}`}>{fault}</div>}
    </div>
  );
}

/** A field of the record page: its value, and its input after a click or Enter on the pencil. */
export function InlineField(props: InlineFieldProps) {
  const { object, record, field } = props;
  const { t } = useTranslation('workspace');
  const [editing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const editable = object.actions.includes('update') && isWritable(field) && (!field.system || field.name === 'owner_id');
  const wide = field.type === 'long_text' || field.type === 'json';
  return (
    <div className={styles.field} data-wide={wide} data-testid={`detail-${field.name}`}>
      <dt className="truncate">
        {field.help ? <Tooltip title={field.help}><span className={styles.helped}>{field.label}</span></Tooltip> : field.label}
      </dt>
      <dd>
        {editing ? (
          <Editor {...props} onDone={() => {
            setEditing(false);
            requestAnimationFrame(() => pencil.current?.focus());
          }} />
        ) : (
          // A double click on the value is a shorter way to the pencil button, which the keyboard reaches.
           
          <div className={styles.value} data-editable={editable} onDoubleClick={() => { if (editable) setEditing(true); }}>
            <FieldDisplay field={field} value={record[field.name]} placeholder={<span className={styles.none}>—</span>} />
            {editable ? (
              <button
                ref={pencil}
                type="button"
                className={styles.pencil}
                aria-label={t('record.editField', { label: field.label })}
                data-testid={`edit-${field.name}`}
                onClick={() => { setEditing(true); }}
              >
                <EditOutlined />
              </button>
            ) : null}
          </div>
        )}
      </dd>
    </div>
  );
}
