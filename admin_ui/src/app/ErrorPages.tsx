import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '@/api/problem';
import { Empty } from './Empty';

export function NotFoundPage() {
  const { t } = useTranslation('shell');
  return (
    <Empty
      icon="compass"
      title={t('notFound.title')}
      text={t('notFound.text')}
      action={<Link to="/"><Button type="primary">{t('notFound.home')}</Button></Link>}
      testId="not-found"
    />
  );
}

/** Says what went wrong, gives the id for support, and offers to try again. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation('shell');
  const forbidden = isProblem(error) && error.status === 403;
  const id = isProblem(error) ? error.problem.request_id : undefined;
  return (
    <Empty
      icon={forbidden ? 'lock' : 'disconnect'}
      title={forbidden ? t('errors.forbidden') : t('errors.title')}
      text={
        <>
          {isProblem(error) ? error.message : t('errors.text')}
          {id ? <div style={{ marginTop: 6, fontSize: 12 }}>{t('errors.request', { id })}</div> : null}
        </>
      }
      action={<Button type="primary" onClick={onRetry}>{t('errors.retry')}</Button>}
      testId="error-page"
    />
  );
}

/** Error boundary of every route. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const boundary = useQueryErrorResetBoundary();
  useEffect(() => { boundary.reset(); }, [boundary]);
  if (isProblem(error) && error.status === 404) return <NotFoundPage />;
  return (
    <ErrorNote
      error={error}
      onRetry={() => {
        reset();
        void router.invalidate();
      }}
    />
  );
}
