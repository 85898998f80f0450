import { usePrefetchQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { Loading } from '@/app/Loading';
import { documentsQuery, draftQuery, schemasQuery } from './api';
import { ChangeSetBar } from './changes/ChangeSetBar';
import { useLocale } from './draft';
import styles from './studio.module.css';

/** The Studio: the page, and below it what the admin has changed and not published yet. */
export function StudioLayout() {
  const locale = useLocale();
  usePrefetchQuery(draftQuery);
  usePrefetchQuery(documentsQuery(locale));
  usePrefetchQuery(schemasQuery(locale));
  return (
    <div className={styles.studio} data-testid="studio">
      <div className={styles.page}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </div>
      <Suspense fallback={null}>
        <ChangeSetBar />
      </Suspense>
    </div>
  );
}
