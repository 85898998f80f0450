import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body } from '@/api/client';
import { errorText, fieldFaults, isProblem } from '@/api/problem';
import { sessionQuery } from '@/api/session';
import { LanguageSwitch, ThemeSwitch } from '@/app/Header';
import { safeTarget } from '@/app/router';
import styles from './signIn.module.css';

const route = getRouteApi('/sign-in');

interface Values {
  email: string;
  password: string;
  tenant?: string;
}

export function SignInPage() {
  const { t } = useTranslation('workspace');
  const client = useQueryClient();
  const router = useRouter();
  const { to } = route.useSearch();
  const [fault, setFault] = useState<string>();
  const [askTenant, setAskTenant] = useState(false);
  const [busy, setBusy] = useState(false);
  const [form] = Form.useForm<Values>();

  const signIn = async (values: Values) => {
    setBusy(true);
    setFault(undefined);
    try {
      const credentials = { email: values.email.trim(), password: values.password, ...(values.tenant ? { tenant: values.tenant.trim() } : {}) };
      const session = await body(api.POST('/auth/sign-in', { body: credentials }));
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      await router.navigate({ href: safeTarget(to), replace: true });
    } catch (error) {
      setFault(errorText(error));
      // Several workspaces and no host name that says which: the server names the field that is missing.
      if (isProblem(error) && fieldFaults(error, ['tenant']).fields.tenant) setAskTenant(true);
      form.setFieldValue('password', '');
      form.focusField('password');
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className={styles.page}>
      <div className={styles.switches}><LanguageSwitch /><ThemeSwitch /></div>
      <main className={styles.card}>
        <img src="/tangram.svg" alt="" width={40} height={40} />
        <h1>{t('signIn.title')}</h1>
        <p>{t('signIn.text')}</p>
        {fault === undefined ? null : <Alert type="error" showIcon title={fault} style={{ marginBottom: 16 }} data-testid="sign-in-error" />}
        <Form form={form} layout="vertical" requiredMark={false} size="large" onFinish={(values: Values) => void signIn(values)}>
          <Form.Item name="email" label={t('signIn.email')} rules={[{ required: true, message: t('signIn.emailRequired') }]}>
            <Input type="email" autoComplete="username" autoFocus data-testid="sign-in-email" />
          </Form.Item>
          <Form.Item name="password" label={t('signIn.password')} rules={[{ required: true, message: t('signIn.passwordRequired') }]}>
            <Input.Password autoComplete="current-password" data-testid="sign-in-password" />
          </Form.Item>
          {askTenant ? (
            <Form.Item name="tenant" label={t('signIn.tenant')} extra={t('signIn.tenantHelp')}>
              <Input autoComplete="organization" data-testid="sign-in-tenant" />
            </Form.Item>
          ) : null}
          <Button type="primary" htmlType="submit" block loading={busy} data-testid="sign-in-submit">{t('signIn.submit')}</Button>
        </Form>
      </main>
    </div>
  );
}
