import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { Page } from '@/app/Page';

const PAGES = ['preferences', 'password', 'tokens'] as const;

export function SettingsLayout() {
  const { t } = useTranslation(['workspace', 'shell']);
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <Page title={t('shell:settings')}>
      <div style={{ maxWidth: 780 }}>
        <Tabs
          activeKey={path.split('/')[2] ?? 'preferences'}
          items={PAGES.map((key) => ({ key, label: <span data-testid={`settings-${key}`}>{t(`settings.${key}`)}</span> }))}
          onChange={(key) => void navigate({ to: `/settings/${key as (typeof PAGES)[number]}` })}
        />
        <Outlet />
      </div>
    </Page>
  );
}
