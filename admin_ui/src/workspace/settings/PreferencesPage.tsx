import { App, Button, Form, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { errorText } from '@/api/problem';
import { useSession, useSetPreferences } from '@/api/session';
import { useChangeLocale } from '@/app/useChangeLocale';
import { useTheme, type ThemeChoice } from '@/app/preferences';
import { LOCALES, type Locale } from '@/i18n';

export function PreferencesPage() {
  const { t, i18n } = useTranslation(['workspace', 'shell']);
  const { message } = App.useApp();
  const { user, roles } = useSession();
  const theme = useTheme();
  const save = useSetPreferences();
  const change = useChangeLocale();
  const guard = async (action: () => Promise<void>) => {
    try {
      await action();
    } catch (error) {
      void message.error(errorText(error));
    }
  };
  return (
    <Form layout="vertical" style={{ maxWidth: 460 }}>
      <Form.Item label={t('settings.account')}>
        <strong style={{ fontWeight: 600 }}>{user.name}</strong>
        <div style={{ color: 'var(--text-2)' }}>{user.email} · {roles.join(', ')}</div>
      </Form.Item>
      <Form.Item label={t('shell:language')}>
        <Segmented<Locale>
          value={(i18n.resolvedLanguage ?? 'en') as Locale}
          options={LOCALES.map((locale) => ({ value: locale.code, label: locale.label }))}
          onChange={(locale) => void guard(() => change(locale))}
        />
      </Form.Item>
      <Form.Item label={t('shell:theme.title')}>
        <Segmented<ThemeChoice>
          value={theme.choice}
          options={(['light', 'dark', 'system'] as const).map((value) => ({ value, label: t(`shell:theme.${value}`) }))}
          onChange={theme.setChoice}
        />
      </Form.Item>
      <Form.Item label={t('tour.name')}>
        <Button onClick={() => void guard(() => save({ tour_done: false }))} data-testid="tour-again">{t('tour.again')}</Button>
      </Form.Item>
    </Form>
  );
}
