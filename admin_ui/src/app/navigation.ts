import { useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import { appObjects, useModel, type Model } from '@/api/model';
import type { AppDescription, AppEntry } from '@/api/types';

const KEY = 'tangram.app';

export interface NavigationGroup {
  /** undefined: entries that stand outside of a group. */
  label?: string;
  entries: AppEntry[];
}

/** Apps with something that the user may read, in their order. */
export function readableApps(model: Model): AppDescription[] {
  return model.apps
    .filter((app) => appObjects(model, app).length > 0)
    .sort((a, b) => (a.position ?? 1e6) - (b.position ?? 1e6) || a.label.localeCompare(b.label));
}

/** Objects that no app shows: a new object is reachable before anybody puts it into an app. */
export function looseObjects(model: Model): string[] {
  const shown = new Set(model.apps.flatMap((app) => appObjects(model, app)));
  return model.objects.filter((object) => !object.core && !shown.has(object.name)).map((object) => object.name);
}

/** Entries of the navigation of one app, only those that the user may read. */
export function navigationGroups(model: Model, app: AppDescription | undefined, looseLabel: string): NavigationGroup[] {
  const groups: NavigationGroup[] = [];
  for (const item of app?.items ?? []) {
    const entries = ('group' in item ? item.items : [item]).filter((entry) => model.byName.has(entry.object));
    if (entries.length === 0) continue;
    const last = groups.at(-1);
    if ('group' in item) groups.push({ label: item.group, entries });
    else if (last && last.label === undefined) last.entries.push(...entries);
    else groups.push({ entries });
  }
  const loose = looseObjects(model).map((object) => ({ object }));
  if (loose.length > 0) groups.push({ ...(groups.length > 0 ? { label: looseLabel } : {}), entries: loose });
  return groups;
}

export interface ActiveApp {
  apps: AppDescription[];
  app: AppDescription | undefined;
  choose: (name: string) => void;
}

/** The chosen app; an object of another app that is opened by a link brings its app along. */
export function useActiveApp(): ActiveApp {
  const model = useModel();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEY));
  const apps = readableApps(model);
  const object = /^\/o\/([^/]+)/.exec(path)?.[1];
  const holds = (app: AppDescription) => object === undefined || appObjects(model, app).includes(object);
  const preferred = apps.find((app) => app.name === chosen) ?? apps[0];
  const app = preferred && holds(preferred) ? preferred : (apps.find(holds) ?? preferred);
  return {
    apps,
    app,
    choose: (name) => {
      localStorage.setItem(KEY, name);
      setChosen(name);
    },
  };
}
