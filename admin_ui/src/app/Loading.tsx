import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';

/** A page that is still being fetched. */
export function Loading() {
  const { t } = useTranslation('shell');
  return (
    <div style={{ padding: 24 }} role="status" aria-label={t('loading')}>
      <Skeleton active title={{ width: 220 }} paragraph={{ rows: 8 }} />
    </div>
  );
}
