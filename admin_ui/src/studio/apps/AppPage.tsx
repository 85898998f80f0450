import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { App, Button, Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { NotFoundPage } from '@/app/ErrorPages';
import { ObjectIcon } from '@/app/icons';
import { Page } from '@/app/Page';
import { isNavigationGroup, labelIn, moved, type AppDocument, type NavigationEntry, type NavigationGroup } from '../documents';
import { useDocument, useEdit, useLocale, type Draft } from '../draft';
import { useDraftModel } from '../draftModel';
import { SavedLabelInput } from '../parts/LabelInput';
import { IconPicker } from '../parts/pickers';
import { SortableRows } from '../parts/SortableRows';
import { StateTag } from '../parts/StateTag';
import studio from '../studio.module.css';
import styles from './apps.module.css';

/** Navigation editor of an app: groups and objects in their order. */
export function AppPage() {
  const name = useParams({ strict: false }).name ?? '';
  const app = useDocument('app', name);
  return app && app.state !== 'deleted' ? <Editor key={name} app={app} /> : <NotFoundPage />;
}

function Editor({ app }: { app: Draft<AppDocument> }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const edit = useEdit();
  const { body, state } = app;
  const change = (part: Partial<AppDocument>) => { edit({ put: [{ ...body, ...part }] }); };
  const remove = () => {
    modal.confirm({
      title: t('apps.delete_ask', { label: labelIn(body.label, locale, body.name) }),
      content: t('apps.delete_text'),
      okText: t('parts.remove'),
      okButtonProps: { danger: true },
      onOk: () => {
        edit({ remove: [{ kind: 'app', name: body.name }] });
        void navigate({ to: '/studio/apps' });
      },
    });
  };
  return (
    <Page
      icon={<ObjectIcon name={body.icon} tile size={15} color="var(--accent)" />}
      title={<>{labelIn(body.label, locale, body.name)} <StateTag state={state} /></>}
      hint={<><Link to="/studio/apps">{t('apps.title')}</Link> › <code>{body.name}</code></>}
      actions={<Button type="text" danger icon={<DeleteOutlined />} onClick={remove}>{t('parts.remove')}</Button>}
    >
      <div className={studio.narrow}>
        <Form layout="vertical" component="div">
          <div className={studio.form2}>
            <Form.Item label={t('objects.label')} required>
              <SavedLabelInput value={body.label} onSave={(label) => { change({ label }); }} name={t('objects.label')} testId="app-label" />
            </Form.Item>
            <Form.Item label={t('apps.look')}>
              <span className={styles.look}>
                <IconPicker value={body.icon} onChange={(icon) => { change({ icon }); }} />
                <InputNumber min={0} max={100000} precision={0} value={body.position ?? null} prefix={t('apps.position')} onChange={(position) => { if (position !== null) change({ position }); }} aria-label={t('apps.position')} />
              </span>
            </Form.Item>
          </div>
        </Form>
        <h2 className={studio.sectionTitle}>{t('apps.navigation')}</h2>
        <Items items={body.items} onChange={(items) => { change({ items }); }} />
      </div>
    </Page>
  );
}

type Item = NavigationEntry | NavigationGroup;

function Items({ items, onChange }: { items: Item[]; onChange: (items: Item[]) => void }) {
  const { t } = useTranslation('studio');
  const used = items.flatMap((item) => (isNavigationGroup(item) ? item.items : [item])).map((entry) => entry.object);
  const set = (index: number, item: Item | null) => { onChange(items.flatMap((one, at) => (at === index ? (item ? [item] : []) : [one]))); };
  return (
    <>
      {items.length === 0 && <p className={studio.note}>{t('apps.navigation_none')}</p>}
      {items.length > 0 && (
        <SortableRows
          items={items}
          idOf={(item, index) => (isNavigationGroup(item) ? `group-${index}-${item.group.en ?? ''}` : `object-${item.object}-${item.view ?? ''}-${index}`)}
          onMove={(from, to) => { onChange(moved(items, from, to)); }}
          rowTestId={(item) => (isNavigationGroup(item) ? `nav-group-${item.group.en ?? ''}` : `nav-item-${item.object}`)}
          render={(item, index) =>
            isNavigationGroup(item) ? (
              <Group group={item} used={used} onChange={(next) => { set(index, next); }} />
            ) : (
              <Entry entry={item} onChange={(next) => { set(index, next); }} />
            )
          }
        />
      )}
      <div className={styles.actions}>
        <AddObject used={used} onAdd={(object) => { onChange([...items, { object }]); }} />
        <Button icon={<PlusOutlined />} onClick={() => { onChange([...items, { group: { en: t('apps.new_group', { lng: 'en' }), 'zh-CN': t('apps.new_group', { lng: 'zh-CN' }) }, items: [] }]); }} data-testid="nav-add-group">
          {t('apps.add_group')}
        </Button>
      </div>
    </>
  );
}

function AddObject({ used, onAdd }: { used: string[]; onAdd: (object: string) => void }) {
  const { t } = useTranslation('studio');
  const model = useDraftModel();
  const free = model.objects.filter((object) => !used.includes(object.name));
  return (
    <Select
      className={styles.add}
      value={null}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('apps.add_object')}
      aria-label={t('apps.add_object')}
      options={free.map((object) => ({ value: object.name, label: object.label_plural }))}
      onChange={(object: string | null) => { if (object) onAdd(object); }}
      data-testid="nav-add-object"
    />
  );
}

function Entry({ entry, onChange }: { entry: NavigationEntry; onChange: (entry: NavigationEntry | null) => void }) {
  const { t } = useTranslation('studio');
  const object = useDraftModel().byName.get(entry.object);
  const views = (object?.views ?? []).map((view) => ({ value: view.name, label: view.label }));
  return (
    <div className={styles.entry}>
      <span className={styles.entryName}><ObjectIcon name={object?.icon} color={object?.color} /> {object?.label_plural ?? entry.object}</span>
      <Select
        className={styles.view}
        allowClear
        variant="borderless"
        value={entry.view ?? null}
        placeholder={t('apps.default_view')}
        options={views}
        onChange={(view: string | undefined) => { onChange(view ? { object: entry.object, view } : { object: entry.object }); }}
        aria-label={t('apps.view')}
      />
      <Button type="text" size="small" icon={<DeleteOutlined />} onClick={() => { onChange(null); }} aria-label={t('parts.remove')} />
    </div>
  );
}

interface GroupProps {
  group: NavigationGroup;
  used: string[];
  onChange: (group: NavigationGroup | null) => void;
}

function Group({ group, used, onChange }: GroupProps) {
  const { t } = useTranslation('studio');
  const { items } = group;
  const set = (index: number, entry: NavigationEntry | null) => {
    onChange({ ...group, items: items.flatMap((one, at) => (at === index ? (entry ? [entry] : []) : [one])) });
  };
  return (
    <div className={styles.group}>
      <div className={styles.groupHead}>
        <div className={styles.groupLabel}><SavedLabelInput value={group.group} onSave={(label) => { onChange({ ...group, group: label }); }} name={t('apps.group_label')} testId="nav-group-label" /></div>
        <Button type="text" size="small" icon={<DeleteOutlined />} onClick={() => { onChange(null); }} aria-label={t('parts.remove')} />
      </div>
      {items.length > 0 && (
        <SortableRows
          items={items}
          idOf={(entry, index) => `${entry.object}-${entry.view ?? ''}-${index}`}
          onMove={(from, to) => { onChange({ ...group, items: moved(items, from, to) }); }}
          render={(entry, index) => <Entry entry={entry} onChange={(next) => { set(index, next); }} />}
        />
      )}
      <AddObject used={used} onAdd={(object) => { onChange({ ...group, items: [...items, { object }] }); }} />
    </div>
  );
}
