import { CloseOutlined, InboxOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, Progress, Upload } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useObject, type ObjectModel } from '@/api/model';
import { errorText } from '@/api/problem';
import { Empty } from '@/app/Empty';
import { NotFoundPage } from '@/app/ErrorPages';
import { ObjectIcon } from '@/app/icons';
import { Page } from '@/app/Page';
import { importQuery } from './api';
import { History } from './History';
import styles from './imports.module.css';
import { LARGEST_MB, upload, type Upload as Running } from './upload';

/** Where an import begins: drop a file. Below it what was imported before. */
export function ImportWizard() {
  const { t } = useTranslation('imports');
  const object = useObject(useParams({ strict: false }).object ?? '');
  if (!object) return <NotFoundPage />;
  const allowed = object.actions.includes('import') && object.features.import !== false;
  return (
    <Page
      icon={<ObjectIcon name={object.icon} color={object.color} tile size={15} />}
      title={t('wizard.title', { label: object.label_plural })}
      hint={<Link to="/o/$object" params={{ object: object.name }}>{object.label_plural}</Link>}
    >
      {allowed ? (
        <div className={styles.narrow}>
          <DropZone object={object} />
          <History object={object.name} />
        </div>
      ) : (
        <Empty icon="lock" title={t('wizard.forbidden')} text={t('wizard.forbidden_text')} />
      )}
    </Page>
  );
}

function DropZone({ object }: { object: ObjectModel }) {
  const { t } = useTranslation('imports');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const running = useRef<Running | null>(null);
  useEffect(() => () => { running.current?.cancel(); }, []);

  const send = async (file: File) => {
    setFault(null);
    if (file.size > LARGEST_MB * 1e6) {
      setFault(t('wizard.too_large', { limit: LARGEST_MB }));
      return;
    }
    setSending({ name: file.name, share: 0 });
    running.current = upload(object.name, file, (share) => { setSending({ name: file.name, share }); });
    try {
      const job = await running.current.done;
      client.setQueryData(importQuery(job.id).queryKey, job);
      await client.invalidateQueries({ queryKey: ['imports', object.name] });
      await navigate({ to: '/imports/$id', params: { id: job.id } });
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) setFault(errorText(error));
    } finally {
      running.current = null;
      setSending(null);
    }
  };
  if (sending) {
    return (
      <div className={styles.sending} data-testid="import-uploading">
        <div className={styles.sendingHead}>
          <strong className="truncate">{sending.name}</strong>
          <Button type="text" size="small" icon={<CloseOutlined />} onClick={() => running.current?.cancel()}>{t('wizard.cancel_upload')}</Button>
        </div>
        <Progress percent={Math.round(sending.share * 100)} status="active" />
        <span className={styles.note}>{sending.share < 1 ? t('wizard.uploading') : t('wizard.reading')}</span>
      </div>
    );
  }
  return (
    <>
      {fault !== null && <Alert type="error" showIcon closable title={fault} style={{ marginBottom: 12 }} data-testid="import-upload-error" />}
      <Upload.Dragger
        accept=".csv,.tsv,.txt,.xlsx"
        showUploadList={false}
        beforeUpload={(file) => {
          void send(file);
          return false;
        }}
        data-testid="import-file"
      >
        <p className={styles.dropIcon}><InboxOutlined /></p>
        <p className={styles.dropTitle}>{t('wizard.drop')}</p>
        <p className={styles.note}>{t('wizard.drop_text', { limit: LARGEST_MB })}</p>
      </Upload.Dragger>
    </>
  );
}
