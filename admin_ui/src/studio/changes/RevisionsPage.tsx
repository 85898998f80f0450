import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tag } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '@/app/Empty';
import { Page } from '@/app/Page';
import { revisionsQuery, type Revision } from '../api';
import styles from './changes.module.css';
import { placeOf } from './places';

const SHOWN = 40;

/** Everything that was ever published: who, when, what. */
export function RevisionsPage() {
  const { t } = useTranslation('studio');
  const revisions = useSuspenseQuery(revisionsQuery).data;
  return (
    <Page title={t('revisions.title')} hint={t('revisions.hint')}>
      {revisions.length === 0 ? (
        <Empty icon="history" title={t('revisions.none')} text={t('revisions.none_text')} />
      ) : (
        <div className={`${styles.narrow} ${styles.revisions}`}>
          {revisions.map((revision, index) => <RevisionRow key={revision.number} revision={revision} current={index === 0} />)}
        </div>
      )}
    </Page>
  );
}

function RevisionRow({ revision, current }: { revision: Revision; current: boolean }) {
  const { t } = useTranslation('studio');
  const [open, setOpen] = useState(false);
  const title = revision.comment || (revision.package ? t('revisions.package', { name: revision.package }) : t('changes.untitled', { count: revision.documents.length }));
  return (
    <div className={styles.revision} data-testid={`revision-${revision.number}`}>
      <button type="button" className={styles.revisionHead} aria-expanded={open} onClick={() => { setOpen(!open); }}>
        <span className={styles.revisionNumber}>{revision.number}</span>
        <span className={styles.revisionTitle}>{title}</span>
        {current && <Tag color="green" variant="filled">{t('revisions.current')}</Tag>}
        {revision.package && <Tag variant="filled">{revision.package}</Tag>}
        <span className={styles.grow} />
        <span className={styles.note}>{revision.by?.name ?? t('revisions.system')}</span>
        <time className={styles.note} dateTime={revision.at} title={dayjs(revision.at).format('LLL')}>{dayjs(revision.at).fromNow()}</time>
      </button>
      {open && (
        <ul className={styles.revisionDocuments}>
          {revision.documents.slice(0, SHOWN).map((document) => {
            const place = document.kind === 'extension' ? null : placeOf(document, null);
            return (
              <li key={`${document.kind}/${document.name}`}>
                <span className={styles.kind}>{t(`kind.${document.kind}`, document.kind)}</span>{' '}
                {place ? <Link to={place.to} params={{ name: place.name }}>{document.name}</Link> : document.name}
              </li>
            );
          })}
          {revision.documents.length > SHOWN && <li className={styles.note}>{t('revisions.more', { count: revision.documents.length - SHOWN })}</li>}
        </ul>
      )}
    </div>
  );
}
