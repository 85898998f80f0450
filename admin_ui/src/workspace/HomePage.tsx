import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import { queryRecords } from '@/api/records';
import { useSession } from '@/api/session';
import type { AppEntry } from '@/api/types';
import { Empty } from '@/app/Empty';
import { Loading } from '@/app/Loading';
import { navigationGroups, useActiveApp } from '@/app/navigation';

const TRIED = 5;

/** The first entry whose list has a record; the first of all when none has. */
async function firstFilled(entries: AppEntry[], signal: AbortSignal): Promise<AppEntry | undefined> {
  for (const entry of entries.slice(0, TRIED)) {
    const page = await queryRecords(entry.object, { fields: ['id'], limit: 1 }, signal);
    if (page.data.length > 0) return entry;
  }
  return entries[0];
}

/** The start page: the first list of the chosen app that has something to show. */
export function HomePage() {
  const { t } = useTranslation(['workspace', 'shell']);
  const model = useModel();
  const { admin } = useSession();
  const { app } = useActiveApp();
  const entries = navigationGroups(model, app, t('shell:moreObjects')).flatMap((group) => group.entries);
  const { data: first, isPending } = useQuery({
    queryKey: ['home', app?.name, model.revision],
    queryFn: ({ signal }) => firstFilled(entries, signal),
    enabled: entries.length > 0,
  });
  if (entries.length > 0 && isPending) return <Loading />;
  const entry = first ?? entries[0];
  if (entry) {
    return <Navigate to="/o/$object" params={{ object: entry.object }} search={entry.view === undefined ? {} : { view: entry.view }} replace />;
  }
  return (
    <Empty
      icon="appstore-add"
      title={t('home.title')}
      text={admin ? t('home.admin') : t('home.member')}
      action={admin ? <Link to="/studio/objects"><Button type="primary">{t('home.studio')}</Button></Link> : null}
      testId="home-empty"
    />
  );
}
