import { DownOutlined, SaveOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { App, Button, Checkbox, Dropdown, Form, Input, Modal, type MenuProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '@/api/client';
import type { ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import type { ListDefinition } from './listModel';
import type { ListState } from './useList';

interface ViewMenuProps {
  object: ObjectModel;
  list: ListState;
}

interface NameDialogProps {
  title: string;
  start: { label: string; shared: boolean };
  onSave: (values: { label: string; shared: boolean }) => Promise<void>;
  onClose: () => void;
}

function NameDialog({ title, start, onSave, onClose }: NameDialogProps) {
  const { t } = useTranslation(['workspace', 'shell']);
  const [form] = Form.useForm<{ label: string; shared: boolean }>();
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      onOk={() => { form.submit(); }}
      okText={t('shell:save')}
      cancelText={t('shell:cancel')}
      confirmLoading={busy}
      okButtonProps={{ 'data-testid': 'view-save-confirm' }}
      width={400}
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={start}
        requiredMark={false}
        style={{ marginTop: 12 }}
        onFinish={(values: { label: string; shared: boolean }) => {
          setBusy(true);
          void onSave({ label: values.label.trim(), shared: values.shared }).finally(() => { setBusy(false); });
        }}
      >
        <Form.Item name="label" label={t('views.name')} rules={[{ required: true, whitespace: true, max: 200, message: t('views.nameRequired') }]}>
          <Input autoFocus data-testid="view-name" />
        </Form.Item>
        <Form.Item name="shared" valuePropName="checked" style={{ marginBottom: 4 }}>
          <Checkbox data-testid="view-shared">{t('views.share')}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** A definition as it is stored: every part spelt out. */
function stored({ columns, filter, sort }: ListDefinition): Schemas['ViewDefinition'] {
  return {
    columns,
    filter: filter as Schemas['ViewDefinition']['filter'],
    sort: sort.map(({ field, direction = 'asc' }) => ({ field, direction })),
  };
}

/** Keeps what the user made of a view: save, save as, rename, share, delete, or back to how it was. */
export function ViewMenu({ object, list }: ViewMenuProps) {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'new' | 'rename' | null>(null);
  const saved = list.view.saved;
  const mine = saved?.mine === true;
  const refresh = () => client.invalidateQueries({ queryKey: ['saved-views', object.name] });

  const guard = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      void message.error(errorText(error));
    }
  };
  const create = (values: { label: string; shared: boolean }) =>
    guard(async () => {
      const view = await body(api.POST('/api/saved-views', { body: { object: object.name, ...values, definition: stored(list.definition) } }));
      await refresh();
      list.reset();
      setDialog(null);
      await navigate({ to: '.', search: { saved: view.id } });
      void message.success(t('views.saved'));
    });
  const update = (change: Schemas['SavedViewChange']) =>
    guard(async () => {
      if (!saved) return;
      await api.PATCH('/api/saved-views/{id}', { params: { path: { id: saved.id } }, body: change });
      await refresh();
      list.reset();
      setDialog(null);
      void message.success(t('views.saved'));
    });
  const remove = () => {
    if (!saved) return;
    modal.confirm({
      title: t('views.deleteTitle', { label: saved.label }),
      content: saved.shared ? t('views.deleteShared') : t('views.deleteText'),
      okText: t('shell:delete'),
      cancelText: t('shell:cancel'),
      okButtonProps: { danger: true },
      onOk: () =>
        guard(async () => {
          await api.DELETE('/api/saved-views/{id}', { params: { path: { id: saved.id } } });
          await navigate({ to: '.', search: {} });
          await refresh();
        }),
    });
  };

  const items: MenuProps['items'] = [
    ...(mine && list.changed ? [{ key: 'save', label: t('views.save'), 'data-testid': 'view-save', onClick: () => void update({ definition: stored(list.definition) }) }] : []),
    { key: 'new', label: t('views.saveAs'), 'data-testid': 'view-save-as', onClick: () => { setDialog('new'); } },
    ...(list.changed ? [{ key: 'reset', label: t('views.reset'), 'data-testid': 'view-reset', onClick: list.reset }] : []),
    ...(mine
      ? [
          { type: 'divider' as const },
          { key: 'rename', label: t('views.rename'), 'data-testid': 'view-rename', onClick: () => { setDialog('rename'); } },
          { key: 'delete', label: t('views.delete'), danger: true, 'data-testid': 'view-delete', onClick: remove },
        ]
      : []),
  ];
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items }} placement="bottomRight">
        <Button
          type={list.changed ? 'primary' : 'default'}
          ghost={list.changed}
          icon={<SaveOutlined />}
          data-testid="view-menu"
          aria-label={t('views.menu')}
        >
          {list.changed ? t('views.saveShort') : <DownOutlined style={{ fontSize: 10 }} />}
        </Button>
      </Dropdown>
      {dialog === 'new' ? (
        <NameDialog title={t('views.saveAs')} start={{ label: '', shared: false }} onSave={create} onClose={() => { setDialog(null); }} />
      ) : null}
      {dialog === 'rename' && saved ? (
        <NameDialog title={t('views.rename')} start={saved} onSave={update} onClose={() => { setDialog(null); }} />
      ) : null}
    </>
  );
}
