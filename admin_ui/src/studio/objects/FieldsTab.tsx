import { PlusOutlined, SearchOutlined } from '@ant-design/icons';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { Button, Input, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import { useShortcut } from '@/app/keyboard';
import { useFieldTypes } from '../api';
import { labelIn, moved, type FieldDocument, type ObjectDocument } from '../documents';
import { useDocuments, useDraft, useEdit, useLocale } from '../draft';
import { FIELD_HASH } from '../changes/places';
import { SortableRows } from '../parts/SortableRows';
import { OriginTag } from '../parts/StateTag';
import studio from '../studio.module.css';
import { TypeIcon } from '../types';
import { fieldsOf, type ObjectDocuments } from './edits';
import { FieldDrawer } from './FieldDrawer';
import styles from './objects.module.css';

/** Fields of an object: its own in their order, those of extensions, and the ones that every record has. */
export function FieldsTab({ documents }: { documents: ObjectDocuments }) {
  const { t } = useTranslation('studio');
  const edit = useEdit();
  const navigate = useNavigate();
  const hash = useLocation({ select: (location) => location.hash });
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState('');
  useShortcut('c', () => { setAdding(true); });
  const { object, extensions } = documents;
  const opened = hash.startsWith(FIELD_HASH) ? fieldsOf(documents).find((field) => field.name === hash.slice(FIELD_HASH.length)) : undefined;
  const open = (name: string) => { void navigate({ to: '.', hash: name === '' ? '' : FIELD_HASH + name, replace: true }); };
  const isPublished = usePublishedFields(object.body.name);
  const visible = (field: FieldDocument) => matches(field, text);
  const sortable = !object.core && text.trim() === '' && object.state !== 'deleted';

  const reorder = (from: number, to: number) => {
    const body: ObjectDocument = { ...object.body, fields: moved(object.body.fields, from, to) };
    edit({ put: [body] });
  };
  return (
    <>
      <div className={studio.toolbar}>
        <Input
          className={studio.search}
          prefix={<SearchOutlined />}
          allowClear
          placeholder={t('fields.search')}
          aria-label={t('fields.search')}
          value={text}
          onChange={(event) => { setText(event.target.value); }}
        />
        <span className={studio.grow} />
        <Button type="primary" icon={<PlusOutlined />} disabled={object.state === 'deleted'} onClick={() => { setAdding(true); }} data-testid="field-add">
          {t('fields.add')}
        </Button>
      </div>
      <SortableRows
        items={object.body.fields.filter(visible)}
        idOf={(field) => field.name}
        onMove={sortable ? reorder : undefined}
        rowTestId={(field) => `studio-field-${field.name}`}
        render={(field) => <FieldRow field={field} isNew={!isPublished(field.name)} isName={field.name === object.body.name_field} pad={!sortable} onOpen={() => { open(field.name); }} />}
      />
      {extensions.filter((one) => one.state !== 'deleted').map((extension) => (
        <section key={extension.body.name}>
          <h3 className={styles.group}>
            {t('fields.extension', { name: labelIn(extension.body.label, 'en', extension.body.name) })}{' '}
            <code>{extension.body.name}</code> <OriginTag origin={extension.package} core={extension.core} />
          </h3>
          <SortableRows
            items={extension.body.fields.filter(visible)}
            idOf={(field) => field.name}
            onMove={extension.package === null && text.trim() === '' ? (from, to) => { edit({ put: [{ ...extension.body, fields: moved(extension.body.fields, from, to) }] }); } : undefined}
            rowTestId={(field) => `studio-field-${field.name}`}
            render={(field) => <FieldRow field={field} isNew={!isPublished(field.name)} isName={false} pad={extension.package !== null || text.trim() !== ''} onOpen={() => { open(field.name); }} />}
          />
        </section>
      ))}
      <SystemFields text={text} />
      {adding && <FieldDrawer documents={documents} field={null} published={false} onClose={() => { setAdding(false); }} />}
      {opened && <FieldDrawer key={opened.name} documents={documents} field={opened} published={isPublished(opened.name)} onClose={() => { open(''); }} />}
    </>
  );
}

/** Whether a field is in the published model; a field that was deleted and made anew in the draft counts as published. */
function usePublishedFields(object: string): (name: string) => boolean {
  const described = useModel().byName.get(object);
  const draft = useDraft();
  const added = draft?.documents.some((document) => document.kind === 'object' && document.name === object && document.base_body === null) ?? false;
  return (name) => !added && described?.field.has(name) === true;
}

function matches(field: FieldDocument, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || [field.name, field.type, ...Object.values(field.label)].some((word) => word.toLowerCase().includes(wanted));
}

/** A column each, so that they stand below one another. */
const FLAGS = ['required', 'unique', 'read_only'] as const;

interface FieldRowProps {
  field: FieldDocument;
  isNew: boolean;
  isName: boolean;
  pad: boolean;
  onOpen: () => void;
}

function FieldRow({ field, isNew, isName, pad, onOpen }: FieldRowProps) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  return (
    <div className={`${styles.fieldRow} ${pad ? styles.pad : ''}`}>
      <button type="button" className={styles.fieldMain} onClick={onOpen} data-testid={`edit-field-${field.name}`}>
        <span className={styles.typeIcon}><TypeIcon type={field.type} /></span>
        <span className={styles.fieldLabel}>{labelIn(field.label, locale, field.name)}</span>
        {isName && <Tag color="blue" variant="filled">{t('fields.name_field')}</Tag>}
        {isNew && <Tag color="green" variant="filled">{t('state.added')}</Tag>}
      </button>
      <span className={`${styles.code} ${styles.wide}`}>{field.name}</span>
      <TypeWords field={field} />
      {FLAGS.map((flag) => (
        <span key={flag} className={styles.wide}>{field[flag] ? <Tag variant="filled">{t(`fields.flag.${flag}`)}</Tag> : null}</span>
      ))}
    </div>
  );
}

/** "Lookup to Account", "Picklist of Stage", or the type alone. */
function TypeWords({ field }: { field: FieldDocument }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const type = useFieldTypes(locale).find((one) => one.name === field.type)?.label ?? field.type;
  const objects = useDocuments('object');
  const picklists = useDocuments('picklist');
  const target = field.object ? objects.find((item) => item.name === field.object)?.label : undefined;
  const picklist = field.picklist ? picklists.find((item) => item.name === field.picklist)?.label : undefined;
  const detail = target ?? picklist ?? (field.values ? t('fields.values', { count: field.values.length }) : (field.currency as string | undefined));
  return <span className={styles.fieldType}>{detail ? `${type} · ${detail}` : type}</span>;
}

function SystemFields({ text }: { text: string }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const types = useFieldTypes(locale);
  const model = useModel();
  const wanted = text.trim().toLowerCase();
  const fields = (model.objects[0]?.fields ?? []).filter((field) => field.system && `${field.name} ${field.label}`.toLowerCase().includes(wanted));
  if (fields.length === 0) return null;
  return (
    <section>
      <h3 className={styles.group}>{t('fields.system')}</h3>
      <SortableRows
        items={fields}
        idOf={(field) => field.name}
        render={(field) => {
          return (
            <div className={`${styles.fieldRow} ${styles.pad}`}>
              <span className={styles.fieldMain} style={{ cursor: 'default' }}>
                <span className={styles.typeIcon}><TypeIcon type={field.type} /></span>
                <span className={styles.fieldLabel}>{field.label}</span>
              </span>
              <span className={`${styles.code} ${styles.wide}`}>{field.name}</span>
              <span className={styles.fieldType}>{types.find((type) => type.name === field.type)?.label}</span>
            </div>
          );
        }}
      />
    </section>
  );
}
