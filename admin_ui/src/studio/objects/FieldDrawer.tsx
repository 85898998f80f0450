import { Alert, Button, Checkbox, Drawer, Form, Input, Popconfirm, Switch } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldTypes, type FieldTypeDescription } from '../api';
import { cleanLabel, freeName, labelIn, suggestName, TENANT_PREFIX, type FieldDocument, type Label } from '../documents';
import { useEdit, useLocale } from '../draft';
import { LabelInput } from '../parts/LabelInput';
import { byUse, TypeIcon } from '../types';
import { AffectedCount } from './AffectedCount';
import { DefaultInput, hasDefault } from './DefaultInput';
import { addField, fieldsOf, isForeign, mayEditField, removeField, replaceField, type ObjectDocuments } from './edits';
import { blankField, fieldDraftFaults, finished } from './fieldDraft';
import styles from './objects.module.css';
import { OptionFields } from './OptionFields';

interface FieldDrawerProps {
  documents: ObjectDocuments;
  /** The field to edit; null adds one. */
  field: FieldDocument | null;
  /** The field is published, so that its name, type and stored values stand. */
  published: boolean;
  onClose: () => void;
}

/** Adds a field (first its type, then the rest) or edits one. */
export function FieldDrawer({ documents, field, published, onClose }: FieldDrawerProps) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const types = useFieldTypes(locale);
  const [draft, setDraft] = useState<FieldDocument | null>(field);
  const type = types.find((one) => one.name === draft?.type);
  const title = field ? labelIn(field.label, locale, field.name) : t('fields.add');
  return (
    <Drawer open title={title} onClose={onClose} size={580} styles={{ body: { display: 'flex', flexDirection: 'column', padding: 0 } }} data-testid="field-drawer">
      {draft && type ? (
        <FieldForm
          key={draft.type}
          documents={documents}
          initial={draft}
          type={type}
          adding={field === null}
          published={published}
          onRetype={() => { setDraft(null); }}
          onClose={onClose}
        />
      ) : (
        <div className={styles.drawerBody}>
          <TypeChoice types={types} onChoose={(chosen) => { setDraft(blankField(chosen)); }} />
        </div>
      )}
    </Drawer>
  );
}

function TypeChoice({ types, onChoose }: { types: FieldTypeDescription[]; onChoose: (type: FieldTypeDescription) => void }) {
  const { t } = useTranslation('studio');
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = [...types].sort(byUse).filter((type) => `${type.name} ${type.label} ${type.help}`.toLowerCase().includes(wanted));
  return (
    <>
      <Input
        autoFocus
        allowClear
        style={{ marginBottom: 12 }}
        placeholder={t('fields.type_search')}
        aria-label={t('fields.type_search')}
        value={text}
        onChange={(event) => { setText(event.target.value); }}
        onPressEnter={() => { if (found[0]) onChoose(found[0]); }}
        data-testid="field-type-search"
      />
      <div className={styles.types}>
        {found.map((type) => {
          return (
            <button key={type.name} type="button" className={styles.type} onClick={() => { onChoose(type); }} data-testid={`field-type-${type.name}`}>
              <span><TypeIcon type={type.name} /></span>
              <span>
                <span className={styles.typeName}>{type.label}</span>
                <br />
                <span className={styles.typeHelp}>{type.help}</span>
              </span>
            </button>
          );
        })}
      </div>
    </>
  );
}

interface FieldFormProps {
  documents: ObjectDocuments;
  initial: FieldDocument;
  type: FieldTypeDescription;
  adding: boolean;
  published: boolean;
  onRetype: () => void;
  onClose: () => void;
}

function FieldForm({ documents, initial, type, adding, published, onRetype, onClose }: FieldFormProps) {
  const { t } = useTranslation('studio');
  const edit = useEdit();
  const [field, setField] = useState(initial);
  const [named, setNamed] = useState(!adding);
  const [tried, setTried] = useState(false);
  const [placed, setPlaced] = useState(() => defaultPlacement(documents));
  const foreign = isForeign(documents);
  const taken = new Set(fieldsOf(documents).map((one) => one.name).filter((name) => adding || name !== initial.name));
  const readOnly = !adding && !mayEditField(documents, initial.name);
  const done = finished(field);
  const faults = fieldDraftFaults(done, type, taken);
  const words = (property: string) => (tried && faults[property] ? t(`fields.fault.${faults[property]}`) : undefined);
  const change = (part: Partial<FieldDocument>) => { setField((old) => ({ ...old, ...part }) as FieldDocument); };

  const relabel = (label: Label) => {
    const base = suggestName(label.en ?? '') || (cleanLabel(label) ? 'field' : '');
    change(named || base === '' ? { label } : { label, name: freeName((foreign ? TENANT_PREFIX : '') + base, (name) => taken.has(name)).slice(0, 48) });
  };
  const save = (another: boolean) => {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    edit(adding ? addField(documents, done, placed) : replaceField(documents, done));
    if (another) onRetype();
    else onClose();
  };
  const remove = () => {
    edit(removeField(documents, initial.name));
    onClose();
  };
  return (
    <>
      <div className={styles.drawerBody}>
      <Form layout="vertical" component="div" disabled={readOnly}>
        {readOnly && <Alert type="info" showIcon title={t('fields.read_only_origin')} style={{ marginBottom: 16 }} />}
        <div className={styles.chosen}>
          <span className={styles.typeIcon}><TypeIcon type={type.name} /></span>
          <span className={styles.grow}>
            <span className={styles.typeName}>{type.label}</span> <span className={styles.typeHelp}>{type.help}</span>
          </span>
          {adding && <Button type="link" size="small" onClick={onRetype} data-testid="field-retype">{t('fields.retype')}</Button>}
        </div>
        <Form.Item label={t('fields.label')} required help={words('label')} validateStatus={words('label') ? 'error' : ''}>
          <LabelInput value={field.label} onChange={relabel} name={t('fields.label')} testId="field-label" autoFocus={adding} onCommit={undefined} />
        </Form.Item>
        <Form.Item label={t('name.title')} required help={words('name')} extra={adding && foreign ? t('name.help_prefix', { prefix: TENANT_PREFIX }) : t(published ? 'name.fixed' : 'name.help')} validateStatus={words('name') ? 'error' : ''}>
          <Input
            className={styles.mono}
            value={field.name}
            disabled={!adding}
            maxLength={48}
            onChange={(event) => { setNamed(true); change({ name: event.target.value }); }}
            aria-label={t('name.title')}
            data-testid="field-name"
          />
        </Form.Item>
        <OptionFields
          schema={type.options}
          field={field}
          onChange={change}
          published={published}
          faults={Object.fromEntries(Object.keys(faults).flatMap((key) => { const text = words(key); return text ? [[key, text]] : []; }))}
        />
        <Flags field={field} type={type} onChange={change} />
        {hasDefault(type) && (
          <Form.Item label={t('fields.default')} extra={t('fields.default_help')}>
            <DefaultInput field={field} onChange={(value) => { change({ default: value }); }} />
          </Form.Item>
        )}
        <Form.Item label={t('fields.help')} extra={t('fields.help_help')}>
          <LabelInput value={field.help} onChange={(help) => { change({ help }); }} name={t('fields.help')} testId="field-help" onCommit={undefined} />
        </Form.Item>
        {adding && <PlacementChoice documents={documents} value={placed} onChange={setPlaced} />}
      </Form>
      </div>
      <div className={styles.drawerFooter}>
        {adding || readOnly ? null : <RemoveButton documents={documents} field={initial} published={published} onRemove={remove} />}
        <span className={styles.spacer} />
        <Button onClick={onClose}>{t('parts.cancel')}</Button>
        {adding && <Button onClick={() => { save(true); }} data-testid="field-save-next">{t('fields.save_next')}</Button>}
        <Button type="primary" disabled={readOnly} onClick={() => { save(false); }} data-testid="field-save">{t(adding ? 'fields.add' : 'parts.apply')}</Button>
      </div>
    </>
  );
}

const FLAGS = ['required', 'unique', 'index', 'searchable', 'read_only'] as const;

function Flags({ field, type, onChange }: { field: FieldDocument; type: FieldTypeDescription; onChange: (part: Partial<FieldDocument>) => void }) {
  const { t } = useTranslation('studio');
  const offered = FLAGS.filter((flag) => {
    if (type.name === 'autonumber') return flag === 'searchable';
    if (flag === 'unique') return type.unique;
    if (flag === 'searchable') return type.searchable;
    return flag !== 'index' || type.sortable;
  });
  return (
    <div className={styles.switches}>
      {offered.map((flag) => (
        <label key={flag} className={styles.switch}>
          <Switch size="small" checked={field[flag] === true} onChange={(on) => { onChange({ [flag]: on }); }} data-testid={`field-${flag}`} />
          <span>
            {t(`fields.flag.${flag}`)}
            <small>{t(`fields.flag_help.${flag}`)}</small>
          </span>
        </label>
      ))}
    </div>
  );
}

interface Placed {
  layouts: string[];
  views: string[];
}

/** New fields are shown on the default layout, and in the default list while it is short. */
function defaultPlacement({ layouts, views }: ObjectDocuments): Placed {
  const layout = layouts.find(({ body, core }) => body.default && !core) ?? layouts.find(({ core }) => !core);
  const view = views.find(({ body, core }) => body.default && !core) ?? views.find(({ core }) => !core);
  const short = view?.state === 'added' && view.body.columns.length < 9;
  return { layouts: layout ? [layout.body.name] : [], views: view && short ? [view.body.name] : [] };
}

function PlacementChoice({ documents, value, onChange }: { documents: ObjectDocuments; value: Placed; onChange: (value: Placed) => void }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const choice = (kind: keyof Placed, heading: string): ReactNode => {
    const options = documents[kind].filter(({ core, state }) => !core && state !== 'deleted');
    if (options.length === 0) return null;
    return (
      <Form.Item label={heading}>
        <Checkbox.Group
          value={value[kind]}
          onChange={(next) => { onChange({ ...value, [kind]: next }); }}
          options={options.map(({ body }) => ({ value: body.name, label: labelIn(body.label, locale, body.name) }))}
        />
      </Form.Item>
    );
  };
  return <>{choice('layouts', t('fields.on_layouts'))}{choice('views', t('fields.on_views'))}</>;
}

function RemoveButton({ documents, field, published, onRemove }: { documents: ObjectDocuments; field: FieldDocument; published: boolean; onRemove: () => void }) {
  const { t } = useTranslation('studio');
  const isName = documents.object.body.name_field === field.name;
  return (
    <Popconfirm
      title={t('fields.remove_title')}
      description={<div style={{ maxWidth: 320 }}>{published && !isName ? <div><AffectedCount object={documents.object.body.name} field={field.name} /></div> : null}{isName ? t('fields.remove_name_field') : t(published ? 'fields.remove_published' : 'fields.remove_draft')}</div>}
      okText={t('fields.remove')}
      okButtonProps={{ danger: true, disabled: isName, ...{ 'data-testid': 'field-remove-confirm' } }}
      onConfirm={onRemove}
    >
      <Button danger type="text" data-testid="field-remove">{t('fields.remove')}</Button>
    </Popconfirm>
  );
}
