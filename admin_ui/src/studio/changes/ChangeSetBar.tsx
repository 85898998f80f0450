import { LoadingOutlined } from '@ant-design/icons';
import { App, Badge, Button, Drawer, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '@/api/problem';
import { useMobile } from '@/app/useMobile';
import type { ChangeSet } from '../api';
import { useDraft, useIsSaving } from '../draft';
import styles from './changes.module.css';
import { CheckView } from './CheckView';
import { DiffList } from './DiffList';
import { PublishDialog } from './PublishDialog';
import { useCheck, useDiscard } from './useCheck';

type Panel = 'changes' | 'check';

/** At the bottom of every Studio page while the admin has a draft: what changed, check, publish, discard. */
export function ChangeSetBar() {
  const draft = useDraft();
  return draft && draft.documents.length > 0 ? <Bar draft={draft} /> : null;
}

function Bar({ draft }: { draft: ChangeSet }) {
  const { t } = useTranslation('studio');
  const { modal, message } = App.useApp();
  const mobile = useMobile();
  const saving = useIsSaving();
  const [panel, setPanel] = useState<Panel | null>(null);
  const [publishing, setPublishing] = useState(false);
  const discard = useDiscard();
  const stored = draft.id !== '' && !saving;

  const askDiscard = () => {
    modal.confirm({
      title: t('changes.discard_title'),
      content: t('changes.discard_text', { count: draft.documents.length }),
      okText: t('changes.discard'),
      okButtonProps: { danger: true, ...{ 'data-testid': 'discard-confirm' } },
      onOk: async () => {
        try {
          await discard.mutateAsync(draft.id);
          setPanel(null);
        } catch (error) {
          void message.error(errorText(error));
        }
      },
    });
  };
  return (
    <footer className={styles.bar} data-testid="change-bar" aria-label={t('changes.bar')}>
      <button type="button" className={styles.summary} onClick={() => { setPanel('changes'); }} data-testid="change-review">
        <Badge count={draft.documents.length} color="var(--accent)" />
        <span className={styles.summaryText}>
          {t('changes.unpublished', { count: draft.documents.length })}
          {mobile ? null : <span className={styles.note}>{t('changes.review')}</span>}
        </span>
      </button>
      <span className={styles.saving} role="status">
        {saving ? <><LoadingOutlined /> {mobile ? null : t('changes.saving')}</> : mobile ? null : t('changes.saved')}
      </span>
      <span className={styles.grow} />
      <Button type="text" onClick={askDiscard} disabled={!stored} data-testid="change-discard">{t('changes.discard')}</Button>
      {mobile ? null : <Button onClick={() => { setPanel('check'); }} disabled={!stored} data-testid="change-check">{t('changes.check')}</Button>}
      <Button type="primary" onClick={() => { setPublishing(true); }} disabled={!stored} data-testid="change-publish">{t('publish.publish')}</Button>
      <ReviewDrawer draft={draft} panel={panel} setPanel={setPanel} />
      {publishing && <PublishDialog draft={draft} onClose={() => { setPublishing(false); }} />}
    </footer>
  );
}

function ReviewDrawer({ draft, panel, setPanel }: { draft: ChangeSet; panel: Panel | null; setPanel: (panel: Panel | null) => void }) {
  const { t } = useTranslation('studio');
  const check = useCheck(draft, panel === 'check');
  const faults = check.data?.faults.length ?? 0;
  return (
    <Drawer open={panel !== null} onClose={() => { setPanel(null); }} title={t('changes.title')} size={640} data-testid="change-drawer" destroyOnHidden>
      <Tabs
        activeKey={panel ?? 'changes'}
        onChange={(key) => { setPanel(key as Panel); }}
        items={[
          { key: 'changes', label: t('changes.tab', { count: draft.documents.length }), children: <DiffList change={draft} editable /> },
          {
            key: 'check',
            label: <Badge count={faults} size="small" offset={[8, 0]}>{t('changes.check')}</Badge>,
            children: <CheckView check={check} draft={draft} onJump={() => { setPanel(null); }} />,
          },
        ]}
      />
    </Drawer>
  );
}
