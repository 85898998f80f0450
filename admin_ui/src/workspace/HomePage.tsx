import { Link, Navigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useModel } from '@/api/model';
import { useSession } from '@/api/session';
import { Empty } from '@/app/Empty';
import { navigationGroups, useActiveApp } from '@/app/navigation';

/** The start page: the first list of the chosen app. */
export function HomePage() {
  const { t } = useTranslation(['workspace', 'shell']);
  const model = useModel();
  const { admin } = useSession();
  const { app } = useActiveApp();
  const first = navigationGroups(model, app, t('shell:moreObjects'))[0]?.entries[0];
  if (first) {
    return <Navigate to="/o/$object" params={{ object: first.object }} search={first.view === undefined ? {} : { view: first.view }} replace />;
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
