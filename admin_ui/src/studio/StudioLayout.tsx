import { Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { Loading } from '@/app/Loading';
import { ChangeSetBar } from './changes/ChangeSetBar';
import styles from './studio.module.css';

/** The Studio: the page, and below it what the admin has changed and not published yet. */
export function StudioLayout() {
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
