import { DownOutlined, MenuFoldOutlined, MenuUnfoldOutlined } from '@ant-design/icons';
import { Link, useRouterState } from '@tanstack/react-router';
import { Dropdown, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import { useSession } from '@/api/session';
import type { AppEntry } from '@/api/types';
import { ObjectIcon } from './icons';
import { navigationGroups, useActiveApp, type ActiveApp } from './navigation';
import styles from './Shell.module.css';

interface SidebarProps {
  collapsed: boolean;
  /** Absent where the sidebar cannot be collapsed (in the drawer). */
  onToggle?: () => void;
}

function Hint({ text, show, children }: { text: string; show: boolean; children: ReactNode }) {
  return show ? <Tooltip title={text} placement="right" mouseEnterDelay={0.1}>{children}</Tooltip> : children;
}

function AppSwitcher({ active }: { active: ActiveApp }) {
  const { t } = useTranslation('shell');
  const session = useSession();
  const items = active.apps.map((app) => ({
    key: app.name,
    icon: <ObjectIcon name={app.icon} />,
    label: app.label,
    'data-testid': `app-${app.name}`,
  }));
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items, selectedKeys: active.app ? [active.app.name] : [], onClick: ({ key }) => { active.choose(key); } }}
    >
      <button type="button" className={styles.brand} aria-label={t('apps')} data-testid="app-switcher">
        <img src="/tangram.svg" alt="" />
        <span className={styles.brandLabel}>
          <div className="truncate">{active.app?.label ?? 'Tangram'}</div>
          <div className={`${styles.brandSub} truncate`}>{session.tenant.label}</div>
        </span>
        <DownOutlined className={styles.caret} style={{ fontSize: 10, color: 'var(--text-3)' }} />
      </button>
    </Dropdown>
  );
}

function ObjectItem({ entry, collapsed, twice }: { entry: AppEntry; collapsed: boolean; twice: boolean }) {
  const model = useModel();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const object = model.byName.get(entry.object);
  if (!object) return null;
  const view = entry.view === undefined ? undefined : object.views.find((candidate) => candidate.name === entry.view);
  // The view's name only where it tells two entries of one object apart.
  const label = twice ? (view?.label ?? object.label_plural) : object.label_plural;
  const here = path === `/o/${object.name}` || path.startsWith(`/o/${object.name}/`);
  return (
    <Hint text={label} show={collapsed}>
      <Link
        to="/o/$object"
        params={{ object: object.name }}
        search={entry.view === undefined ? {} : { view: entry.view }}
        className={styles.item}
        aria-current={here ? 'page' : undefined}
        aria-label={label}
        data-testid={`nav-${object.name}`}
      >
        <ObjectIcon name={object.icon} color={object.color} />
        <span className="truncate">{label}</span>
      </Link>
    </Hint>
  );
}

function WorkspaceNavigation({ active, collapsed }: { active: ActiveApp; collapsed: boolean }) {
  const model = useModel();
  const { t } = useTranslation('shell');
  const groups = navigationGroups(model, active.app, t('moreObjects'));
  const all = groups.flatMap((group) => group.entries.map((entry) => entry.object));
  const twice = new Set(all.filter((object, at) => all.indexOf(object) !== at));
  return groups.map((group, index) => (
    <div key={group.label ?? index} role="group" aria-label={group.label}>
      {group.label === undefined ? null : <div className={styles.group}>{group.label}</div>}
      {group.entries.map((entry) => (
        <ObjectItem key={`${entry.object} ${entry.view ?? ''}`} entry={entry} collapsed={collapsed} twice={twice.has(entry.object)} />
      ))}
    </div>
  ));
}

const STUDIO = [
  { to: '/studio/objects', icon: 'database', key: 'objects' },
  { to: '/studio/picklists', icon: 'unordered-list', key: 'picklists' },
  { to: '/studio/apps', icon: 'appstore', key: 'apps' },
  { to: '/studio/changes', icon: 'diff', key: 'changes' },
  { to: '/studio/revisions', icon: 'history', key: 'revisions' },
] as const;

function StudioNavigation({ collapsed }: { collapsed: boolean }) {
  const { t } = useTranslation('shell');
  return (
    <>
      <div className={styles.group}>{t('studio.title')}</div>
      {STUDIO.map((item) => (
        <Hint key={item.key} text={t(`studio.${item.key}`)} show={collapsed}>
          <Link
            to={item.to}
            className={styles.item}
            activeOptions={{ exact: false }}
            aria-label={t(`studio.${item.key}`)}
            data-testid={`studio-nav-${item.key}`}
          >
            <ObjectIcon name={item.icon} />
            <span className="truncate">{t(`studio.${item.key}`)}</span>
          </Link>
        </Hint>
      ))}
    </>
  );
}

/** Left navigation: the objects of the chosen app, or the parts of the Studio. */
export function Sidebar({ collapsed, onToggle }: SidebarProps) {
  const { t } = useTranslation('shell');
  const { admin } = useSession();
  const active = useActiveApp();
  const inStudio = useRouterState({ select: (state) => state.location.pathname.startsWith('/studio') });
  const face = inStudio
    ? { to: '/' as const, icon: 'left', label: t('studio.back'), testId: 'nav-workspace' }
    : { to: '/studio' as const, icon: 'tool', label: t('studio.title'), testId: 'nav-studio' };
  return (
    <aside className={styles.sidebar} data-collapsed={collapsed}>
      <AppSwitcher active={active} />
      <nav className={styles.nav} aria-label={t('navigation')} data-testid="navigation">
        {inStudio ? <StudioNavigation collapsed={collapsed} /> : <WorkspaceNavigation active={active} collapsed={collapsed} />}
      </nav>
      <div className={styles.foot}>
        {admin ? (
          <Hint text={face.label} show={collapsed}>
            <Link to={face.to} className={styles.item} aria-label={face.label} data-testid={face.testId} data-status="link">
              <ObjectIcon name={face.icon} />
              <span>{face.label}</span>
            </Link>
          </Hint>
        ) : null}
        {onToggle ? (
          <Hint text={t('expand')} show={collapsed}>
            <button
              type="button"
              className={`${styles.item} ${styles.itemButton}`}
              onClick={onToggle}
              aria-expanded={!collapsed}
              aria-label={collapsed ? t('expand') : t('collapse')}
              data-testid="sidebar-toggle"
            >
              <span aria-hidden="true" style={{ display: 'inline-grid', width: 15 }}>
                {collapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
              </span>
              <span>{t('collapse')}</span>
            </button>
          </Hint>
        ) : null}
      </div>
    </aside>
  );
}
