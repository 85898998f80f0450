import { CopyOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Alert, App, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldDocument, ObjectDocument } from '../documents';
import { fieldsOf, type ObjectDocuments } from './edits';
import styles from './objects.module.css';

/** How programs reach the object: commands to copy, made of its own fields. */
export function ApiTab({ documents }: { documents: ObjectDocuments }) {
  const { t } = useTranslation('studio');
  const { message } = App.useApp();
  const { body, state } = documents.object;
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    void message.success(t('api.copied'));
  };
  return (
    <div className={styles.api}>
      {state === 'added' && <Alert type="info" showIcon title={t('api.after_publish')} />}
      <p style={{ margin: 0 }}>
        {t('api.intro')} <a href="/docs" target="_blank" rel="noreferrer" data-testid="api-docs">{t('api.docs')}</a>
        {' · '}<Link to="/settings/tokens">{t('api.tokens')}</Link>
      </p>
      {examples(body, fieldsOf(documents)).map(({ key, text }) => (
        <section key={key}>
          <div className={styles.apiHead}>
            {t(`api.${key}`)}
            <Button size="small" type="text" icon={<CopyOutlined />} onClick={() => { void copy(text); }}>{t('api.copy')}</Button>
          </div>
          <pre className={styles.curl} data-testid={`api-${key}`}>{text}</pre>
        </section>
      ))}
    </div>
  );
}

interface Example {
  key: 'list' | 'create' | 'upsert';
  text: string;
}

function examples(object: ObjectDocument, fields: FieldDocument[]): Example[] {
  const origin = window.location.origin;
  const head = `-H "Authorization: Bearer $TANGRAM_TOKEN"`;
  const names = fields.slice(0, 4).map((field) => field.name).join(',');
  const result: Example[] = [
    { key: 'list', text: `curl "${origin}/api/${object.name}?fields=${names}&sort=-created_at&limit=20&count=true" \\\n  ${head}` },
    { key: 'create', text: write('POST', `${origin}/api/${object.name}`, head, sampleRecord(fields)) },
  ];
  const key = fields.find((field) => field.unique && field.type !== 'autonumber');
  if (key) {
    const { [key.name]: value = 'value', ...rest } = sampleRecord(fields);
    result.push({ key: 'upsert', text: write('PUT', `${origin}/api/${object.name}/by/${key.name}/${encodeURIComponent(String(value))}`, head, rest) });
  }
  return result;
}

function write(method: string, url: string, head: string, record: Record<string, unknown>): string {
  const body = JSON.stringify(record).replaceAll("'", "'\\''");
  return `curl -X ${method} "${url}" \\\n  ${head} -H "Content-Type: application/json" \\\n  -d '${body}'`;
}

function sampleRecord(fields: FieldDocument[]): Record<string, unknown> {
  const entries = fields.slice(0, 8).map((field) => [field.name, sample(field)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** A value that the field takes; undefined for what cannot be written or has no obvious example. */
function sample(field: FieldDocument): unknown {
  switch (field.type) {
    case 'text': return field.unique ? 'A-1001' : 'Example';
    case 'long_text': return 'A few words.';
    case 'email': return 'mei.lin@example.com';
    case 'phone': return '+8613800138000';
    case 'url': return 'https://example.com';
    case 'integer': return 1;
    case 'decimal': return 1.5;
    case 'percent': return 20;
    case 'currency': return 1200;
    case 'boolean': return true;
    case 'date': return '2026-03-01';
    case 'datetime': return '2026-03-01T09:30:00Z';
    case 'picklist': return field.values?.[0]?.value;
    case 'multi_picklist': return field.values?.[0] ? [field.values[0].value] : undefined;
    default: return undefined;
  }
}
