import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DraftState } from '../draft';
import styles from '../studio.module.css';

const COLORS = { added: 'green', changed: 'gold', deleted: 'red' } as const;

/** Marks what the draft does to a document; nothing for what is as published. */
export function StateTag({ state }: { state: DraftState }) {
  const { t } = useTranslation('studio');
  if (state === 'published') return null;
  return <Tag color={COLORS[state]} variant="filled">{t(`state.${state}`)}</Tag>;
}

/** Who brought a document: a package, the platform, or nobody but the tenant itself. */
export function OriginTag({ origin, core }: { origin: string | null | undefined; core: boolean }) {
  const { t } = useTranslation('studio');
  if (core) return <Tag variant="filled">{t('origin.core')}</Tag>;
  return origin ? <Tag variant="filled">{origin}</Tag> : null;
}

/** The last two columns of a row of a Studio list: what the draft does to the document, and where it comes from. */
export function Marks({ origin, core, state }: { origin: string | null | undefined; core: boolean; state: DraftState }) {
  return (
    <>
      <span className={styles.mark}><StateTag state={state} /></span>
      <span className={styles.mark}><OriginTag origin={origin} core={core} /></span>
    </>
  );
}
