import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { fieldFaults } from '@/api/problem';

interface Values {
  old: string;
  new: string;
  again: string;
}

/** As the server has it. */
const LEAST = 10;

export function PasswordPage() {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const change = async (values: Values) => {
    setBusy(true);
    try {
      await api.POST('/auth/password', { body: { old: values.old, new: values.new } });
      form.resetFields();
      void message.success(t('settings.passwordChanged'));
    } catch (error) {
      const faults = fieldFaults(error, ['old', 'new']);
      form.setFields([
        { name: 'old', errors: [...(faults.fields.old ?? []), ...faults.general] },
        { name: 'new', errors: faults.fields.new ?? [] },
      ]);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form form={form} layout="vertical" requiredMark={false} style={{ maxWidth: 360 }} onFinish={(values: Values) => void change(values)}>
      <Form.Item name="old" label={t('settings.oldPassword')} rules={[{ required: true, message: t('settings.oldRequired') }]}>
        <Input.Password autoComplete="current-password" data-testid="password-old" />
      </Form.Item>
      <Form.Item name="new" label={t('settings.newPassword')} extra={t('settings.passwordRule', { count: LEAST })} rules={[{ required: true, min: LEAST, message: t('settings.passwordRule', { count: LEAST }) }]}>
        <Input.Password autoComplete="new-password" data-testid="password-new" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('settings.again')}
        dependencies={['new']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_rule, value) =>
              value === getFieldValue('new') ? Promise.resolve() : Promise.reject(new Error(t('settings.different'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" data-testid="password-again" />
      </Form.Item>
      <Button type="primary" htmlType="submit" loading={busy} data-testid="password-save">{t('settings.changePassword')}</Button>
    </Form>
  );
}
