import { Link } from '@tanstack/react-router';
import { Alert, App, Checkbox, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText, isProblem } from '@/api/problem';
import type { ChangeSet } from '../api';
import { labelIn } from '../documents';
import { useLocale } from '../draft';
import styles from './changes.module.css';
import { CheckView } from './CheckView';
import { useCheck, usePublish } from './useCheck';

/** Asks for a comment, shows what publishing does, and publishes. */
export function PublishDialog({ draft, onClose }: { draft: ChangeSet; onClose: () => void }) {
  const { t } = useTranslation('studio');
  const [comment, setComment] = useState('');
  const [accepted, setAccepted] = useState(false);
  const check = useCheck(draft, true);
  const publish = usePublish();
  const announce = useAnnounce();
  const losses = check.data?.losses ?? [];
  const ready = check.data !== undefined && check.data.faults.length === 0 && (losses.length === 0 || accepted);

  const run = async () => {
    try {
      const revision = await publish.mutateAsync({ id: draft.id, comment: comment.trim(), accept_losses: accepted });
      announce(draft, revision);
      onClose();
    } catch (error) {
      // What was lost or faulty is shown in the dialog; the check tells it in full.
      if (isProblem(error, 'losses', 'invalid', 'conflict')) await check.refetch();
    }
  };
  return (
    <Modal
      open
      title={t('publish.title')}
      okText={t('publish.publish')}
      onOk={() => { void run(); }}
      onCancel={onClose}
      confirmLoading={publish.isPending}
      okButtonProps={{ disabled: !ready, ...{ 'data-testid': 'publish-confirm' } }}
      width={600}
    >
      <div className={styles.dialog} data-testid="publish-dialog">
        {publish.isError && <Alert type="error" showIcon title={errorText(publish.error)} data-testid="publish-error" />}
        <CheckView check={check} draft={draft} onJump={onClose} />
        {losses.length > 0 && (
          <Checkbox checked={accepted} onChange={(event) => { setAccepted(event.target.checked); }} data-testid="publish-accept-losses">
            {t('publish.accept_losses')}
          </Checkbox>
        )}
        <Input.TextArea
          rows={2}
          maxLength={2000}
          placeholder={t('publish.comment')}
          aria-label={t('publish.comment')}
          value={comment}
          onChange={(event) => { setComment(event.target.value); }}
          onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && ready) void run(); }}
          data-testid="publish-comment"
        />
      </div>
    </Modal>
  );
}

/** Says that it is published, and leads to the first new object. */
function useAnnounce(): (draft: ChangeSet, revision: number) => void {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const { notification } = App.useApp();
  return (draft, revision) => {
    const added = draft.documents.find((document) => document.kind === 'object' && document.base_body === null && document.body !== null);
    notification.success({
      title: t('publish.done', { revision }),
      description: added ? (
        <Link to="/o/$object" params={{ object: added.name }} data-testid="publish-open-object">
          {t('publish.open', { label: labelIn(added.body?.label, locale, added.name) })}
        </Link>
      ) : null,
      duration: 6,
    });
  };
}
