import { Alert, Form, Input, Modal, Radio, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cleanLabel, freeName, labelIn, NAME_PATTERN, pluralOf, suggestName, type Label } from '../documents';
import { useDocumentBodies, useDocuments, useEdit, useLocale } from '../draft';
import { LabelInput } from '../parts/LabelInput';
import { COLORS, ColorPicker, IconPicker } from '../parts/pickers';
import styles from './objects.module.css';
import { newObject } from './edits';

/** Names that the API keeps for itself. */
const RESERVED = new Set(['batch', 'search', 'imports', 'openapi', 'saved_views']);

interface NewObjectDialogProps {
  onClose: () => void;
  onCreated: (name: string) => void;
}

/** Makes an object with its first field, a page layout, a list view and a place in the navigation. */
export function NewObjectDialog({ onClose, onCreated }: NewObjectDialogProps) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const edit = useEdit();
  const objects = useDocuments('object');
  const appNames = useDocuments('app').filter((item) => item.state !== 'deleted').map((item) => item.name);
  const apps = useDocumentBodies('app', appNames).map(({ body }) => body).sort((a, b) => (a.position ?? 1e6) - (b.position ?? 1e6));
  const [label, setLabel] = useState<Label>({});
  const [plural, setPlural] = useState<Label | null>(null);
  const [typedName, setTypedName] = useState<string | null>(null);
  const [icon, setIcon] = useState('appstore');
  const [color, setColor] = useState(() => COLORS[objects.length % (COLORS.length - 2)] ?? '#3d57e0');
  const [naming, setNaming] = useState<'text' | 'autonumber'>('text');
  const [app, setApp] = useState<string | null>(apps[0]?.name ?? null);
  const [tried, setTried] = useState(false);

  const taken = useMemo(() => new Set([...objects.map((item) => item.name), ...RESERVED]), [objects]);
  const clean = cleanLabel(label);
  const suggested = useMemo(() => {
    const base = suggestName(label.en ?? '') || (clean ? 'object' : '');
    return base === '' ? '' : freeName(base, (name) => taken.has(name));
  }, [label.en, clean, taken]);
  const name = typedName ?? suggested;
  const nameFault = !NAME_PATTERN.test(name) ? t('name.bad') : taken.has(name) ? t('name.taken') : null;
  const pluralShown = plural ?? pluralLabel(label);

  const create = () => {
    setTried(true);
    if (!clean || nameFault) return;
    const nameLabel: Label = naming === 'text' ? { en: 'Name', 'zh-CN': '名称' } : { en: 'Number', 'zh-CN': '编号' };
    const wanted = { label, label_plural: pluralShown, name, icon, color, naming, name_label: nameLabel };
    edit(newObject(wanted, apps.find((one) => one.name === app)));
    onClose();
    onCreated(name);
  };
  return (
    <Modal
      open
      title={t('objects.new')}
      okText={t('objects.create')}
      onOk={create}
      onCancel={onClose}
      okButtonProps={{ ...{ 'data-testid': 'object-create' } }}
      width={560}
    >
      <Form layout="vertical" component="div" className={styles.dialog}>
        <Form.Item label={t('objects.label')} required validateStatus={tried && !clean ? 'error' : ''} help={tried && !clean ? t('label.missing') : undefined}>
          <LabelInput value={label} onChange={setLabel} onCommit={undefined} name={t('objects.label')} testId="object-label" autoFocus />
        </Form.Item>
        <Form.Item label={t('objects.plural')}>
          <LabelInput value={pluralShown} onChange={setPlural} name={t('objects.plural')} testId="object-plural" />
        </Form.Item>
        <div className={styles.row}>
          <Form.Item
            className={styles.grow}
            label={t('name.title')}
            required
            validateStatus={nameFault && (tried || typedName !== null) ? 'error' : ''}
            help={nameFault && (tried || typedName !== null) ? nameFault : undefined}
            extra={t('name.help')}
          >
            <Input value={name} onChange={(event) => { setTypedName(event.target.value); }} maxLength={48} aria-label={t('name.title')} data-testid="object-name" className={styles.mono} />
          </Form.Item>
          <Form.Item label={t('parts.look')}>
            <span className={styles.pickers}>
              <IconPicker value={icon} color={color} onChange={setIcon} testId="object-icon" />
              <ColorPicker value={color} onChange={setColor} testId="object-color" />
            </span>
          </Form.Item>
        </div>
        <Form.Item label={t('objects.naming')}>
          <Radio.Group value={naming} onChange={(event) => { setNaming(event.target.value as 'text' | 'autonumber'); }}>
            <Radio value="text" data-testid="object-naming-text">{t('objects.naming_text')}</Radio>
            <Radio value="autonumber" data-testid="object-naming-number">{t('objects.naming_number')}</Radio>
          </Radio.Group>
        </Form.Item>
        <Form.Item label={t('objects.app')} extra={t('objects.app_help')}>
          <Select
            value={app}
            onChange={setApp}
            allowClear
            options={apps.map((one) => ({ value: one.name, label: labelIn(one.label, locale, one.name) }))}
            placeholder={t('objects.app_none')}
            aria-label={t('objects.app')}
            data-testid="object-app"
          />
        </Form.Item>
        <Alert type="info" title={t('objects.makes')} />
      </Form>
    </Modal>
  );
}

function pluralLabel(label: Label): Label {
  return Object.fromEntries(Object.entries(label).map(([locale, text]) => [locale, locale === 'en' ? pluralOf(text.trim()) : text]));
}
