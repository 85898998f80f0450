import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect,
} from '@tanstack/react-router';
import i18n from 'i18next';
import { modelQuery } from '@/api/model';
import { sessionQuery } from '@/api/session';
import type { Filter } from '@/api/types';
import { ErrorPage, NotFoundPage } from './ErrorPages';
import { Loading } from './Loading';
import { Shell } from './Shell';

interface Context {
  client: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFoundPage });

/** Only addresses of this app: never an absolute URL given by somebody else. */
export function safeTarget(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/';
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } =>
    search.to === undefined ? {} : { to: safeTarget(search.to) },
  beforeLoad: async ({ context, search }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (session) throw redirect({ href: safeTarget(search.to) });
  },
  component: lazyRouteComponent(() => import('@/workspace/SignInPage'), 'SignInPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } });
    await context.client.ensureQueryData(modelQuery(i18n.resolvedLanguage ?? 'en'));
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('@/workspace/HomePage'), 'HomePage'),
});

export interface ListSearch {
  /** Name of a view document. */
  view?: string;
  /** Id of a saved view. */
  saved?: string;
  /** Opens the create form. */
  new?: boolean;
  /** Filter over the view's own. */
  filter?: Filter;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** An address may be cut short or written by hand; the server checks the rest. */
function isFilter(value: unknown): value is Filter {
  return typeof value === 'object' && value !== null && Array.isArray((value as Partial<Filter>).rules) && 'combinator' in value;
}

const list = createRoute({
  getParentRoute: () => shell,
  path: '/o/$object',
  validateSearch: (search: Record<string, unknown>): ListSearch => {
    const result: ListSearch = {};
    const view = text(search.view);
    const saved = text(search.saved);
    if (view !== undefined) result.view = view;
    if (saved !== undefined) result.saved = saved;
    if (isFilter(search.filter)) result.filter = search.filter;
    if (search.new === true) result.new = true;
    return result;
  },
  component: lazyRouteComponent(() => import('@/workspace/list/ListPage'), 'ListPage'),
});

const bin = createRoute({
  getParentRoute: () => shell,
  path: '/o/$object/bin',
  component: lazyRouteComponent(() => import('@/workspace/BinPage'), 'BinPage'),
});

const record = createRoute({
  getParentRoute: () => shell,
  path: '/o/$object/$id',
  component: lazyRouteComponent(() => import('@/workspace/record/RecordPage'), 'RecordPage'),
});

const importWizard = createRoute({
  getParentRoute: () => shell,
  path: '/o/$object/import',
  component: lazyRouteComponent(() => import('@/imports'), 'ImportWizard'),
});

const importPage = createRoute({
  getParentRoute: () => shell,
  path: '/imports/$id',
  component: lazyRouteComponent(() => import('@/imports'), 'ImportPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/workspace/settings/SettingsLayout'), 'SettingsLayout'),
});
const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => { throw redirect({ to: '/settings/preferences', replace: true }); },
});
const tokens = createRoute({
  getParentRoute: () => settings,
  path: '/tokens',
  component: lazyRouteComponent(() => import('@/workspace/settings/TokensPage'), 'TokensPage'),
});
const password = createRoute({
  getParentRoute: () => settings,
  path: '/password',
  component: lazyRouteComponent(() => import('@/workspace/settings/PasswordPage'), 'PasswordPage'),
});
const preferences = createRoute({
  getParentRoute: () => settings,
  path: '/preferences',
  component: lazyRouteComponent(() => import('@/workspace/settings/PreferencesPage'), 'PreferencesPage'),
});

const studioPages = () => import('@/studio');
const studio = createRoute({
  getParentRoute: () => shell,
  path: '/studio',
  beforeLoad: async ({ context }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    if (!session?.admin) throw redirect({ to: '/', replace: true });
  },
  component: lazyRouteComponent(studioPages, 'StudioLayout'),
});
const studioHome = createRoute({
  getParentRoute: () => studio,
  path: '/',
  beforeLoad: () => { throw redirect({ to: '/studio/objects', replace: true }); },
});
const objects = createRoute({ getParentRoute: () => studio, path: '/objects', component: lazyRouteComponent(studioPages, 'ObjectsPage') });
const object = createRoute({ getParentRoute: () => studio, path: '/objects/$name', component: lazyRouteComponent(studioPages, 'ObjectPage') });
const picklists = createRoute({ getParentRoute: () => studio, path: '/picklists', component: lazyRouteComponent(studioPages, 'PicklistsPage') });
const picklist = createRoute({ getParentRoute: () => studio, path: '/picklists/$name', component: lazyRouteComponent(studioPages, 'PicklistPage') });
const layout = createRoute({ getParentRoute: () => studio, path: '/layouts/$name', component: lazyRouteComponent(studioPages, 'LayoutPage') });
const view = createRoute({ getParentRoute: () => studio, path: '/views/$name', component: lazyRouteComponent(studioPages, 'ViewPage') });
const apps = createRoute({ getParentRoute: () => studio, path: '/apps', component: lazyRouteComponent(studioPages, 'AppsPage') });
const app = createRoute({ getParentRoute: () => studio, path: '/apps/$name', component: lazyRouteComponent(studioPages, 'AppPage') });
const changes = createRoute({ getParentRoute: () => studio, path: '/changes', component: lazyRouteComponent(studioPages, 'ChangesPage') });
const revisions = createRoute({ getParentRoute: () => studio, path: '/revisions', component: lazyRouteComponent(studioPages, 'RevisionsPage') });

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([
    home, list, bin, importWizard, importPage, record,
    settings.addChildren([settingsHome, preferences, tokens, password]),
    studio.addChildren([studioHome, objects, object, picklists, picklist, layout, view, apps, app, changes, revisions]),
  ]),
]);

export function buildRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    defaultPendingComponent: Loading,
    defaultPendingMs: 150,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof buildRouter>;
  }
}
