import { Alert, App, Button, Checkbox, Drawer } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import type { DataRecord, FieldDescription } from '@/api/types';
import { ObjectIcon } from '@/app/icons';
import { useConfirmLoss, useUnsavedGuard } from '@/app/unsaved';
import { useMobile } from '@/app/useMobile';
import { FieldInput, formatValue } from '@/fields';
import styles from './form.module.css';
import type { Values } from './formModel';
import { useRecordForm, type RecordForm } from './useRecordForm';

interface RecordDrawerProps {
  object: ObjectModel;
  /** The record to edit; without it a new one is created. */
  record?: DataRecord;
  /** Values that a new record starts with. */
  initial?: Values;
  onClose: () => void;
  onSaved: (record: DataRecord) => void;
  /** Offers to create one record after the other. */
  again?: boolean;
}

function Field({ field, form, autoFocus, wide }: { field: FieldDescription; form: RecordForm; autoFocus: boolean; wide: boolean }) {
  const id = useId();
  const faults = form.faults[field.name] ?? [];
  return (
    <div className={styles.field} data-wide={wide} data-invalid={faults.length > 0} data-testid={`form-item-${field.name}`}>
      <label htmlFor={id}>
        {field.label}
        {field.required ? <span className={styles.star} aria-hidden="true">*</span> : null}
      </label>
      <FieldInput
        field={field}
        id={id}
        value={form.values[field.name]}
        onChange={(value) => { form.set(field.name, value); }}
        status={faults.length > 0 ? 'error' : ''}
        autoFocus={autoFocus}
        aria-describedby={`${id}-about`}
      />
      <div id={`${id}-about`}>
        {faults.map((fault) => (
          <div key={fault} className={styles.fault} role="alert" data-testid={`fault-${field.name}`}>{fault}</div>
        ))}
        {faults.length === 0 && field.help ? <div className={styles.help}>{field.help}</div> : null}
      </div>
    </div>
  );
}

function Messages({ form }: { form: RecordForm }) {
  const { t, i18n } = useTranslation('workspace');
  return (
    <>
      {form.general.length > 0 ? (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          data-testid="form-error"
          title={form.general.length === 1 ? form.general[0] : <ul style={{ margin: 0, paddingInlineStart: 18 }}>{form.general.map((text) => <li key={text}>{text}</li>)}</ul>}
        />
      ) : null}
      {form.clash ? (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          data-testid="form-conflict"
          title={t('conflict.title')}
          description={
            form.clash.length === 0 ? t('conflict.merged') : (
              <>
                {t('conflict.both')}
                <ul style={{ margin: '4px 0 0', paddingInlineStart: 18 }}>
                  {form.clash.map(({ field, theirs }) => (
                    <li key={field.name}>
                      {t('conflict.theirs', { field: field.label, value: formatValue(field, theirs, i18n.resolvedLanguage ?? 'en') || '—' })}
                    </li>
                  ))}
                </ul>
              </>
            )
          }
        />
      ) : null}
    </>
  );
}

/** Creates or edits a record in a drawer (the whole screen on a phone). */
export function RecordDrawer({ object, record, initial = {}, onClose, onSaved, again = false }: RecordDrawerProps) {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message } = App.useApp();
  const mobile = useMobile();
  const form = useRecordForm(object, record, initial);
  const confirmLoss = useConfirmLoss(form.dirty);
  const [another, setAnother] = useState(false);
  const [round, setRound] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  useUnsavedGuard(form.dirty);

  const faulty = Object.keys(form.faults).length > 0;
  useEffect(() => {
    if (faulty) body.current?.querySelector<HTMLElement>('[data-invalid="true"] :is(input, textarea, button)')?.focus();
  }, [faulty]);

  const save = async () => {
    const saved = await form.save();
    if (!saved) return;
    if (another && !record) {
      void message.success(t('form.created', { label: object.label }));
      form.reset();
      setRound((count) => count + 1);
      return;
    }
    onSaved(saved);
  };
  const close = () => { confirmLoss(onClose); };
  const first = form.sections[0]?.fields[0]?.name;
  return (
    <Drawer
      open
      onClose={close}
      size={mobile ? '100%' : 640}
      mask={{ closable: !form.dirty }}
      title={
        <span style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
          <ObjectIcon name={object.icon} color={object.color} />
          {record ? t('form.edit', { label: object.label }) : t('form.create', { label: object.label })}
        </span>
      }
      footer={
        <div className={styles.footer}>
          {again && !record ? (
            <Checkbox checked={another} onChange={({ target }) => { setAnother(target.checked); }}>{t('form.another')}</Checkbox>
          ) : null}
          <span style={{ flex: 1 }} />
          <Button onClick={close} data-testid="form-cancel">{t('shell:cancel')}</Button>
          <Button type="primary" loading={form.saving} onClick={() => void save()} data-testid="form-save">
            {record ? t('shell:save') : t('form.createButton')}
          </Button>
        </div>
      }
      data-testid="record-drawer"
    >
      {/* Ctrl+Enter saves from any input inside. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <form
        key={round}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // A form inside of this one (a new linked record) must not submit this one.
          event.stopPropagation();
          void save();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            event.stopPropagation();
            void save();
          }
        }}
      >
        <div ref={body}>
          <Messages form={form} />
          {form.sections.map((section) => (
            <fieldset key={section.name} className={styles.section}>
              <legend>{section.label}</legend>
              <div className={styles.grid} data-columns={mobile ? 1 : Math.min(2, section.columns)}>
                {section.fields.map((field) => (
                  <Field
                    key={field.name}
                    field={field}
                    form={form}
                    autoFocus={field.name === first}
                    wide={field.type === 'long_text' || field.type === 'json'}
                  />
                ))}
              </div>
            </fieldset>
          ))}
        </div>
        <button type="submit" className="visually-hidden" tabIndex={-1} aria-hidden="true" />
      </form>
    </Drawer>
  );
}
