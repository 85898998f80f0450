import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ThemeProvider, useTheme } from './preferences';
import { antdTheme } from './theme';

/** The look, and the holder of notifications: inside of the router, because a notification can hold a link. */
export function Antd({ children }: { children: ReactNode }) {
  const { mode } = useTheme();
  const { i18n } = useTranslation();
  const theme = useMemo(() => antdTheme(mode), [mode]);
  return (
    <ConfigProvider theme={theme} locale={i18n.resolvedLanguage === 'zh-CN' ? zhCN : enUS} button={{ autoInsertSpace: false }}>
      <AntApp style={{ height: '100%' }} message={{ maxCount: 3 }} notification={{ placement: 'bottomRight' }}>
        {children}
      </AntApp>
    </ConfigProvider>
  );
}

export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider>{children}</ThemeProvider>
    </QueryClientProvider>
  );
}
