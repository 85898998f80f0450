import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { modelQuery } from '@/api/model';
import { useSession } from '@/api/session';
import { supported, setLocale } from '@/i18n';
import { Tour } from '@/workspace/Tour';
import { Header } from './Header';
import { Loading } from './Loading';
import styles from './Shell.module.css';
import { ShortcutHelp } from './ShortcutHelp';
import { Sidebar } from './Sidebar';
import { useMobile } from './useMobile';

const KEY = 'tangram.sidebar';

/** Takes over the language that the user chose on another machine, unless one was chosen on this machine. */
function useSavedLocale(): void {
  const { preferences } = useSession();
  const client = useQueryClient();
  const saved = supported(preferences.locale);
  useEffect(() => {
    if (!saved || localStorage.getItem('tangram.locale') !== null) return;
    void client.prefetchQuery(modelQuery(saved)).then(() => setLocale(saved));
  }, [client, saved]);
}

export function Shell() {
  const { t } = useTranslation('shell');
  const mobile = useMobile();
  const [collapsed, setCollapsed] = useState(() => localStorage.getItem(KEY) === 'collapsed');
  const [drawer, setDrawer] = useState(false);
  const [help, setHelp] = useState(false);
  const path = useRouterState({ select: (state) => state.location.href });
  const [drawerPath, setDrawerPath] = useState(path);
  if (drawerPath !== path) {
    setDrawerPath(path);
    setDrawer(false);
  }
  useSavedLocale();
  const toggle = () => {
    localStorage.setItem(KEY, collapsed ? 'open' : 'collapsed');
    setCollapsed(!collapsed);
  };
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">{t('skip')}</a>
      {mobile ? (
        <Drawer
          open={drawer}
          onClose={() => { setDrawer(false); }}
          placement="left"
          size={272}
          closable={false}
          styles={{ body: { padding: 0 } }}
          aria-label={t('navigation')}
        >
          <Sidebar collapsed={false} />
        </Drawer>
      ) : (
        <Sidebar collapsed={collapsed} onToggle={toggle} />
      )}
      <div className={styles.column}>
        <Header onMenu={mobile ? () => { setDrawer(true); } : undefined} onHelp={() => { setHelp(true); }} />
        <main id="main" className={styles.main} tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <ShortcutHelp open={help} setOpen={setHelp} />
      <Tour />
    </div>
  );
}
