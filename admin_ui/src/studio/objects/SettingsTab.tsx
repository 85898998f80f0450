import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Alert, App, Button, Form, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import { labelIn, type ObjectDocument } from '../documents';
import { useDocumentBodies, useDocuments, useEdit, useLocale } from '../draft';
import { SavedLabelInput } from '../parts/LabelInput';
import { ColorPicker, IconPicker } from '../parts/pickers';
import studio from '../studio.module.css';
import { AffectedCount } from './AffectedCount';
import { removeObject, type ObjectDocuments } from './edits';
import styles from './objects.module.css';

/** Features that this version of the platform has; the schema knows more. */
const FEATURES = ['history', 'search', 'import'] as const;
const NAMING = new Set(['text', 'autonumber', 'email', 'phone']);

export function SettingsTab({ documents }: { documents: ObjectDocuments }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const edit = useEdit();
  const { body, core } = documents.object;
  const change = (part: Partial<ObjectDocument>) => { edit({ put: [{ ...body, ...part }] }); };
  const options = body.fields.map((field) => ({ value: field.name, label: labelIn(field.label, locale, field.name) }));
  return (
    <div className={studio.narrow}>
      {core && <Alert type="info" showIcon title={t('settings.core')} style={{ marginBottom: 16 }} />}
      <Form layout="vertical" component="div" disabled={core}>
        <div className={studio.form2}>
          <Form.Item label={t('objects.label')} required>
            <SavedLabelInput value={body.label} onSave={(label) => { change({ label }); }} name={t('objects.label')} testId="settings-label" />
          </Form.Item>
          <Form.Item label={t('objects.plural')}>
            <SavedLabelInput value={body.label_plural} onSave={(label_plural) => { change({ label_plural }); }} name={t('objects.plural')} testId="settings-plural" />
          </Form.Item>
          <Form.Item label={t('settings.name_field')} extra={t('settings.name_field_help')}>
            <Select
              value={body.name_field}
              onChange={(name_field) => { change({ name_field }); }}
              options={options.filter(({ value }) => NAMING.has(body.fields.find((field) => field.name === value)?.type ?? ''))}
              aria-label={t('settings.name_field')}
              data-testid="settings-name-field"
            />
          </Form.Item>
          <Form.Item label={t('parts.look')}>
            <span className={styles.pickers}>
              <IconPicker value={body.icon} color={body.color} onChange={(icon) => { change({ icon }); }} />
              <ColorPicker value={body.color} onChange={(color) => { change({ color }); }} />
            </span>
          </Form.Item>
        </div>
        <Form.Item label={t('settings.description')}>
          <SavedLabelInput value={body.description} rows={2} onSave={(description) => { change({ description }); }} name={t('settings.description')} testId="settings-description" />
        </Form.Item>
        <h3 className={studio.sectionTitle}>{t('settings.features')}</h3>
        <div className={styles.switches}>
          {FEATURES.map((feature) => (
            <label key={feature} className={styles.switch}>
              <Switch size="small" checked={body.features?.[feature] !== false} onChange={(on) => { change({ features: { ...body.features, [feature]: on } }); }} data-testid={`feature-${feature}`} />
              <span>{t(`settings.feature.${feature}`)}<small>{t(`settings.feature_help.${feature}`)}</small></span>
            </label>
          ))}
        </div>
        <UniqueKeys body={body} options={options} onChange={change} />
      </Form>
      <DangerZone documents={documents} />
    </div>
  );
}

interface UniqueKeysProps {
  body: ObjectDocument;
  options: { value: string; label: string }[];
  onChange: (part: Partial<ObjectDocument>) => void;
}

/** Fields whose values together may be there once only. */
function UniqueKeys({ body, options, onChange }: UniqueKeysProps) {
  const { t } = useTranslation('studio');
  const keys = body.unique_keys ?? [];
  const set = (index: number, fields: string[]) => {
    const next = fields.length === 0 ? keys.filter((_, at) => at !== index) : keys.map((key, at) => (at === index ? { fields } : key));
    onChange({ unique_keys: next.length > 0 ? next : undefined } as Partial<ObjectDocument>);
  };
  const first = options.find((option) => !keys.some((key) => key.fields.length === 1 && key.fields[0] === option.value));
  return (
    <section className={studio.section}>
      <h3 className={studio.sectionTitle}>{t('settings.unique_keys')}</h3>
      <p className={studio.note}>{t('settings.unique_keys_help')}</p>
      <div className={styles.values}>
        {keys.map((key, index) => (
          <div key={index} className={styles.row}>
            <Select className={styles.grow} mode="multiple" maxCount={5} value={key.fields} options={options} onChange={(fields: string[]) => { set(index, fields); }} aria-label={t('settings.unique_keys')} />
            <Button type="text" icon={<DeleteOutlined />} onClick={() => { set(index, []); }} aria-label={t('parts.remove')} />
          </div>
        ))}
        <span>
          <Button size="small" icon={<PlusOutlined />} disabled={!first} onClick={() => { if (first) onChange({ unique_keys: [...keys, { fields: [first.value] }] }); }}>
            {t('settings.add_key')}
          </Button>
        </span>
      </div>
    </section>
  );
}

function DangerZone({ documents }: { documents: ObjectDocuments }) {
  const { t } = useTranslation('studio');
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const edit = useEdit();
  const locale = useLocale();
  const model = useModel();
  const appNames = useDocuments('app').map((item) => item.name);
  const apps = useDocumentBodies('app', appNames);
  const { body, state, core } = documents.object;
  if (core || state === 'deleted') return null;
  const lookups = model.byName.get(body.name)?.related.filter((related) => related.object !== body.name) ?? [];
  const label = labelIn(body.label, locale, body.name);

  const ask = () => {
    modal.confirm({
      title: t('settings.delete_title', { label }),
      content: (
        <>
          {state === 'added' ? null : <p><AffectedCount object={body.name} /></p>}
          <p>{t(state === 'added' ? 'settings.delete_draft' : 'settings.delete_published')}</p>
          {lookups.length > 0 && (
            <>
              <p>{t('settings.delete_lookups')}</p>
              <ul>{lookups.map((one) => <li key={`${one.object}.${one.field}`}><code>{one.object}.{one.field}</code></li>)}</ul>
            </>
          )}
        </>
      ),
      okText: t('settings.delete'),
      okButtonProps: { danger: true, ...{ 'data-testid': 'object-delete-confirm' } },
      onOk: () => {
        edit(removeObject(documents, apps.filter((app) => app.state !== 'deleted').map((app) => app.body)));
        void navigate({ to: '/studio/objects' });
      },
    });
  };
  return (
    <section className={studio.section}>
      <h3 className={studio.sectionTitle}>{t('settings.danger')}</h3>
      <p className={studio.note}>{t('settings.danger_text')}</p>
      <Button danger icon={<DeleteOutlined />} onClick={ask} data-testid="object-delete">{t('settings.delete')}</Button>
    </section>
  );
}
