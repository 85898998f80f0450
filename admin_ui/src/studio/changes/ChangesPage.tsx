import { useSuspenseQuery } from '@tanstack/react-query';
import { Tag } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/app/Empty';
import { Page } from '@/app/Page';
import { changesQuery, type ChangeSet } from '../api';
import { useDraft } from '../draft';
import styles from './changes.module.css';
import { DiffList } from './DiffList';

const COLORS = { draft: 'gold', published: 'green', discarded: 'default' } as const;

/** Change sets: the admin's own draft in full, and all others by date. */
export function ChangesPage() {
  const { t } = useTranslation('studio');
  const draft = useDraft();
  const changes = useSuspenseQuery(changesQuery).data.filter((change) => change.id !== draft?.id);
  const open = draft !== null && draft.documents.length > 0;
  return (
    <Page title={t('changes.page')} hint={t('changes.page_hint')}>
      <div className={styles.narrow}>
        <h2 className={styles.heading}>{t('changes.mine')}</h2>
        {open ? <DiffList change={draft} editable /> : <Empty icon="diff" title={t('changes.none')} text={t('changes.none_text')} />}
        {changes.length > 0 && (
          <>
            <h2 className={styles.heading}>{t('changes.others')}</h2>
            <div className={styles.revisions}>{changes.map((change) => <ChangeRow key={change.id} change={change} />)}</div>
          </>
        )}
      </div>
    </Page>
  );
}

function ChangeRow({ change }: { change: ChangeSet }) {
  const { t } = useTranslation('studio');
  const [open, setOpen] = useState(false);
  return (
    <div className={styles.revision}>
      <button type="button" className={styles.revisionHead} aria-expanded={open} onClick={() => { setOpen(!open); }}>
        <Tag color={COLORS[change.state]} variant="filled">{t(`changes.state.${change.state}`)}</Tag>
        <span className={styles.revisionTitle}>{change.title || t('changes.untitled', { count: change.documents.length })}</span>
        <span className={styles.grow} />
        {change.revision !== null && <span className={styles.note}>{t('revisions.number', { number: change.revision })}</span>}
        <time className={styles.note} dateTime={change.created_at} title={dayjs(change.created_at).format('LLL')}>{dayjs(change.created_at).fromNow()}</time>
      </button>
      {open && <div className={styles.revisionBody}><DiffList change={change} editable={false} /></div>}
    </div>
  );
}
