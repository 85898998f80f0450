import { CopyOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Form, Input, Modal, Radio, Skeleton, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, body, type Schemas } from '@/api/client';
import { errorText } from '@/api/problem';
import { Empty } from '@/app/Empty';
import { ErrorNote } from '@/app/ErrorPages';
import { formatDateTime } from '@/fields';

type Request = Schemas['TokenRequest'];

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (token: Schemas['NewToken']) => void }) {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message } = App.useApp();
  const [form] = Form.useForm<Request>();
  const [busy, setBusy] = useState(false);
  const make = async (values: Request) => {
    setBusy(true);
    try {
      onMade(await body(api.POST('/auth/tokens', { body: { name: values.name.trim(), kind: values.kind } })));
    } catch (error) {
      void message.error(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open width={420} title={t('tokens.new')} onCancel={onClose} onOk={() => { form.submit(); }} confirmLoading={busy}
      okText={t('tokens.make')} cancelText={t('shell:cancel')} okButtonProps={{ 'data-testid': 'token-make' }}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ kind: 'api' }} style={{ marginTop: 12 }} onFinish={(values: Request) => void make(values)}>
        <Form.Item name="name" label={t('tokens.name')} extra={t('tokens.nameHelp')} rules={[{ required: true, whitespace: true, max: 200, message: t('tokens.nameRequired') }]}>
          <Input autoFocus data-testid="token-name" />
        </Form.Item>
        <Form.Item name="kind" label={t('tokens.kind')} style={{ marginBottom: 4 }}>
          <Radio.Group
            style={{ display: 'grid', gap: 6 }}
            options={(['api', 'write'] as const).map((value) => ({ value, label: t(`tokens.kinds.${value}`) }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** API tokens of the user: made here, shown once, revoked here. */
export function TokensPage() {
  const { t } = useTranslation(['workspace', 'shell']);
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schemas['NewToken'] | null>(null);
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['tokens'],
    queryFn: async () => (await body(api.GET('/auth/tokens'))).data,
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const revoke = (token: Schemas['Token']) => {
    modal.confirm({
      title: t('tokens.revokeTitle', { name: token.name }),
      content: t('tokens.revokeText'),
      okText: t('tokens.revoke'),
      cancelText: t('shell:cancel'),
      okButtonProps: { danger: true, 'data-testid': 'token-revoke-confirm' },
      onOk: async () => {
        try {
          await api.DELETE('/auth/tokens/{id}', { params: { path: { id: token.id } } });
          await refresh();
        } catch (fault) {
          void message.error(errorText(fault));
        }
      },
    });
  };
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    void message.success(t('shell:copied'));
  };
  if (isPending) return <Skeleton active />;
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  const live = data.filter((token) => !token.revoked_at);
  return (
    <>
      <div style={{ display: 'flex', alignItems: 'flex-start', gap: 16, marginBottom: 14 }}>
        <p style={{ margin: 0, flex: 1, color: 'var(--text-2)' }}>{t('tokens.text')} <a href="/docs" target="_blank" rel="noreferrer" style={{ textDecoration: 'underline' }}>{t('tokens.docs')}</a></p>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => { setMaking(true); }} data-testid="token-new">{t('tokens.new')}</Button>
      </div>
      {made ? (
        <Alert
          type="success"
          style={{ marginBottom: 14 }}
          title={t('tokens.once')}
          closable={{ onClose: () => { setMade(null); } }}
          description={
            <span style={{ display: 'flex', alignItems: 'center', gap: 8, marginTop: 4 }}>
              <code style={{ overflowWrap: 'anywhere' }} data-testid="token-secret">{made.token}</code>
              <Button size="small" icon={<CopyOutlined />} aria-label={t('tokens.copy')} onClick={() => void copy(made.token)} />
            </span>
          }
        />
      ) : null}
      {live.length === 0 ? <Empty icon="api" title={t('tokens.none')} text={t('tokens.noneText')} /> : (
        <Table<Schemas['Token']>
          size="small"
          rowKey="id"
          pagination={false}
          scroll={{ x: 'max-content' }}
          dataSource={live}
          columns={[
            { title: t('tokens.name'), dataIndex: 'name', render: (name: string, token) => <>{name} {token.kind === 'write' ? <Tag>{t('tokens.writeKey')}</Tag> : null}</> },
            { title: t('tokens.created'), dataIndex: 'created_at', render: (at: string) => formatDateTime(at) },
            { title: t('tokens.used'), dataIndex: 'used_at', render: (at: string | null) => (at ? formatDateTime(at) : t('tokens.never')) },
            { key: 'revoke', align: 'right', render: (_value, token) => <Button size="small" danger type="text" onClick={() => { revoke(token); }} data-testid={`token-revoke-${token.name}`}>{t('tokens.revoke')}</Button> },
          ]}
        />
      )}
      {making ? (
        <NewToken
          onClose={() => { setMaking(false); }}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            void refresh();
          }}
        />
      ) : null}
    </>
  );
}
