import {
  CheckOutlined, DesktopOutlined, LogoutOutlined, MenuOutlined, MoonOutlined, QuestionCircleOutlined, SettingOutlined,
  SunOutlined, TranslationOutlined,
} from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { App, Avatar, Button, Dropdown, Tooltip, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { errorText } from '@/api/problem';
import { leave, useSession } from '@/api/session';
import { LOCALES, supported } from '@/i18n';
import { GlobalSearch } from './GlobalSearch';
import { initials } from './initials';
import { useTheme, type ThemeChoice } from './preferences';
import styles from './Shell.module.css';
import { useChangeLocale } from './useChangeLocale';
import { useMobile } from './useMobile';

/** Language switch; also on the sign-in page, where nobody is signed in yet. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation('shell');
  const items = LOCALES.map((locale) => ({
    key: locale.code,
    label: <span lang={locale.code}>{locale.label}</span>,
    icon: i18n.resolvedLanguage === locale.code ? <CheckOutlined /> : <span style={{ width: 13 }} />,
    'data-testid': `language-${locale.code}`,
  }));
  const change = useChangeLocale();
  const choose = async (key: string) => {
    const locale = supported(key);
    if (locale) await change(locale);
  };
  return (
    <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => void choose(key) }} placement="bottomRight">
      <Button type="text" icon={<TranslationOutlined />} aria-label={t('language')} data-testid="language-switch" />
    </Dropdown>
  );
}

const THEMES: { key: ThemeChoice; icon: React.ReactNode }[] = [
  { key: 'light', icon: <SunOutlined /> },
  { key: 'dark', icon: <MoonOutlined /> },
  { key: 'system', icon: <DesktopOutlined /> },
];

export function ThemeSwitch() {
  const { t } = useTranslation('shell');
  const { choice, mode, setChoice } = useTheme();
  const items = THEMES.map(({ key, icon }) => ({ key, icon, label: t(`theme.${key}`), 'data-testid': `theme-${key}` }));
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items, selectedKeys: [choice], onClick: ({ key }) => { setChoice(key as ThemeChoice); } }}
      placement="bottomRight"
    >
      <Button
        type="text"
        icon={mode === 'dark' ? <MoonOutlined /> : <SunOutlined />}
        aria-label={t('theme.title')}
        data-testid="theme-switch"
      />
    </Dropdown>
  );
}

function UserMenu() {
  const { t } = useTranslation('shell');
  const { user } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const signOut = async () => {
    try {
      await api.POST('/auth/sign-out');
    } catch (error) {
      void message.error(errorText(error));
      return;
    }
    await leave(client, () => navigate({ to: '/sign-in' }));
  };
  const items: MenuProps['items'] = [
    {
      key: 'who',
      type: 'group',
      label: (
        <span style={{ display: 'block', lineHeight: 1.4 }}>
          <strong style={{ color: 'var(--text)', fontWeight: 600 }}>{user.name}</strong>
          <br />
          {user.email}
        </span>
      ),
    },
    { type: 'divider' },
    { key: 'settings', icon: <SettingOutlined />, label: t('settings'), onClick: () => void navigate({ to: '/settings/preferences' }) },
    { key: 'sign-out', icon: <LogoutOutlined />, label: t('signOut'), onClick: () => void signOut() },
  ];
  return (
    <Dropdown trigger={['click']} menu={{ items }} placement="bottomRight">
      <Button type="text" aria-label={t('userMenu')} data-testid="user-menu" style={{ paddingInline: 4 }}>
        <Avatar size={24} style={{ background: 'var(--accent)', fontSize: 11, fontWeight: 600 }}>{initials(user.name)}</Avatar>
      </Button>
    </Dropdown>
  );
}

export function Header({ onMenu, onHelp }: { onMenu?: (() => void) | undefined; onHelp: () => void }) {
  const { t } = useTranslation('shell');
  const mobile = useMobile();
  return (
    <header className={styles.header}>
      {onMenu ? (
        <Button type="text" icon={<MenuOutlined />} aria-label={t('openNavigation')} onClick={onMenu} data-testid="menu-button" />
      ) : null}
      <GlobalSearch />
      <div className={styles.headerActions}>
        {mobile ? null : (
          <Tooltip title={t('help.title')}>
            <Button type="text" icon={<QuestionCircleOutlined />} aria-label={t('help.title')} onClick={onHelp} data-testid="help-button" />
          </Tooltip>
        )}
        <LanguageSwitch />
        <ThemeSwitch />
        <UserMenu />
      </div>
    </header>
  );
}
