import { CheckOutlined, LinkOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Avatar } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldDescription, Linked } from '@/api/types';
import styles from './fields.module.css';
import { formatValue, isEmpty, isLinked, isNumeric } from './format';

interface FieldDisplayProps {
  field: FieldDescription;
  value: unknown;
  /** One line, cut where the room ends (cells); otherwise as many lines as it takes. */
  compact?: boolean;
  /** Links in a cell take no part in the tab order: the row has its own keys. */
  tabbable?: boolean;
  /** Shown instead of an empty value. */
  placeholder?: ReactNode;
}

/** A coloured value of a picklist. */
export function Chip({ label, color }: { label: string; color?: string | null | undefined }) {
  return (
    <span className={styles.chip} style={{ '--chip': color ?? 'var(--text-3)' } as React.CSSProperties}>
      <i aria-hidden="true" />
      <span className="truncate">{label}</span>
    </span>
  );
}

function Picklist({ field, value }: { field: FieldDescription; value: unknown }) {
  const found = field.values?.find((candidate) => candidate.value === value);
  return <Chip label={found?.label ?? String(value)} color={found?.color} />;
}

function Reference({ field, value, tabbable, compact }: { field: FieldDescription; value: Linked; tabbable: boolean; compact: boolean }) {
  const { t } = useTranslation('shell');
  const name = value._name ?? t('untitled');
  const content = (
    <>
      {field.target === 'user' ? <Avatar size={18} className={styles.avatar}>{[...name][0]?.toUpperCase()}</Avatar> : null}
      <span className="truncate">{name}</span>
    </>
  );
  if (value._deleted || !field.target) {
    return <span className={styles.reference} data-deleted={value._deleted}>{content}</span>;
  }
  return (
    <Link
      to="/o/$object/$id"
      params={{ object: field.target, id: value.id }}
      className={styles.reference}
      data-compact={compact}
      tabIndex={tabbable ? 0 : -1}
      preload={false}
      onClick={(event) => { event.stopPropagation(); }}
    >
      {content}
    </Link>
  );
}

function External({ href, text, tabbable, blank = false }: { href: string; text: string; tabbable: boolean; blank?: boolean }) {
  return (
    <a
      href={href}
      tabIndex={tabbable ? 0 : -1}
      className="truncate"
      onClick={(event) => { event.stopPropagation(); }}
      {...(blank ? { target: '_blank', rel: 'noreferrer noopener' } : {})}
    >
      {text}
      {blank ? <LinkOutlined style={{ marginLeft: 4, fontSize: 11 }} /> : null}
    </a>
  );
}

/** Only web addresses become links: a stored `javascript:` must not run. */
function webAddress(value: string): string | undefined {
  return /^https?:\/\//i.test(value) ? value : undefined;
}

/** A value as the user reads it. */
export function FieldDisplay({ field, value, compact = false, tabbable = true, placeholder = null }: FieldDisplayProps) {
  const { t, i18n } = useTranslation('workspace');
  const locale = i18n.resolvedLanguage ?? 'en';
  if (field.type === 'boolean') {
    if (value !== true) return value === false && !compact ? <span>{t('no')}</span> : <>{placeholder}</>;
    return compact ? <CheckOutlined aria-label={t('yes')} style={{ color: 'var(--accent)' }} /> : <span>{t('yes')}</span>;
  }
  if (isEmpty(value)) return <>{placeholder}</>;
  const text = formatValue(field, value, locale);
  switch (field.type) {
    case 'picklist':
      return <Picklist field={field} value={value} />;
    case 'multi_picklist':
      return (
        <span className={styles.chips} data-compact={compact}>
          {(value as unknown[]).map((item) => <Picklist key={String(item)} field={field} value={item} />)}
        </span>
      );
    case 'lookup':
    case 'user':
      return isLinked(value) ? <Reference field={field} value={value} tabbable={tabbable} compact={compact} /> : <span className="truncate">{text}</span>;
    case 'email':
      return <External href={`mailto:${text}`} text={text} tabbable={tabbable} />;
    case 'phone':
      return <External href={`tel:${text.replace(/[^\d+]/g, '')}`} text={text} tabbable={tabbable} />;
    case 'url': {
      const href = webAddress(text);
      return href ? <External href={href} text={text.replace(/^https?:\/\//, '').replace(/\/$/, '')} tabbable={tabbable} blank /> : <span>{text}</span>;
    }
    case 'long_text':
      return compact ? <span className="truncate">{text.replace(/\s+/g, ' ')}</span> : <span className={styles.long}>{text}</span>;
    case 'json':
      return compact ? <code className="truncate">{text}</code> : <pre className={styles.json}>{JSON.stringify(value, null, 2)}</pre>;
    case 'datetime':
      return <span className="truncate tabular">{text}</span>;
    default:
      return (
        <span
          className={isNumeric(field) || field.type === 'date' ? 'truncate tabular' : compact ? 'truncate' : styles.long}
          title={compact && text.length > 30 ? text : undefined}
        >
          {text}
        </span>
      );
  }
}
