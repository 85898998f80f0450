import { UndoOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ChangedDocument, ChangeSet } from '../api';
import { differences, valueWords, type Difference } from '../describe';
import { labelIn } from '../documents';
import { useEdit, useLocale, type DraftState } from '../draft';
import { useDraftModel } from '../draftModel';
import { StateTag } from '../parts/StateTag';
import styles from './changes.module.css';
import { placeOf } from './places';

/** What a change set does, document by document. */
export function DiffList({ change, editable }: { change: ChangeSet; editable: boolean }) {
  return (
    <div className={styles.diffs} data-testid="change-list">
      {change.documents.map((document) => (
        <DocumentDiff key={`${document.kind}/${document.name}`} change={change} document={document} editable={editable} />
      ))}
    </div>
  );
}

function stateOf({ body, base_body }: ChangedDocument): DraftState {
  if (body === null) return 'deleted';
  return base_body === null ? 'added' : 'changed';
}

function DocumentDiff({ change, document, editable }: { change: ChangeSet; document: ChangedDocument; editable: boolean }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const edit = useEdit();
  const { kind, name, body, base_body } = document;
  const place = editable ? placeOf(document, change) : null;
  const label = labelIn((body ?? base_body)?.label, locale, name);
  const title = <span className={styles.diffTitle}>{label}</span>;
  const found = body !== null && base_body !== null ? differences(base_body, body, locale) : [];
  return (
    <section className={styles.diff} data-testid={`change-${kind}-${name}`}>
      <header className={styles.diffHead}>
        <span className={styles.kind}>{t(`kind.${kind}`, kind)}</span>
        {place && body !== null ? <Link to={place.to} params={{ name: place.name }}>{title}</Link> : title}
        <code className={styles.code}>{name}</code>
        <span className={styles.grow} />
        <StateTag state={stateOf(document)} />
        {editable && (
          <Popconfirm
            title={t('changes.withdraw_ask')}
            okText={t('changes.withdraw')}
            onConfirm={() => { edit({ withdraw: [{ kind, name }] }); }}
          >
            <Tooltip title={t('changes.withdraw')}>
              <Button type="text" size="small" icon={<UndoOutlined />} aria-label={t('changes.withdraw')} data-testid={`withdraw-${kind}-${name}`} />
            </Tooltip>
          </Popconfirm>
        )}
      </header>
      {base_body === null && body !== null && 'fields' in body && <AddedFields fields={body.fields} />}
      {found.length > 0 && (
        <ul className={styles.lines}>
          {found.map((difference, index) => <DiffLine key={index} difference={difference} />)}
        </ul>
      )}
    </section>
  );
}

function AddedFields({ fields }: { fields: unknown }) {
  const locale = useLocale();
  const words = valueWords(fields, locale);
  return <p className={styles.added}>{words}</p>;
}

const SIGN = { added: '+', removed: '−', changed: '~', moved: '↕' } as const;

function DiffLine({ difference }: { difference: Difference }) {
  const { t } = useTranslation('studio');
  const locale = useLocale();
  const { kind, place } = difference;
  const model = useDraftModel();
  const words = place
    .map((step) => step.item ?? t(`property.${step.property ?? ''}`, step.property ?? ''))
    .map((word) => model.byName.get(word)?.label ?? word)
    .join(' › ');
  return (
    <li className={styles.line} data-kind={kind}>
      <span className={styles.sign} aria-label={t(`difference.${kind}`)}>{SIGN[kind]}</span>
      <span>{words}</span>
      {kind === 'moved' && <span className={styles.note}>{t('difference.order')}</span>}
      {kind === 'changed' && (
        <span className={styles.values}>
          <del>{valueWords(difference.old, locale)}</del> <span aria-hidden="true">→</span> <ins>{valueWords(difference.new, locale)}</ins>
        </span>
      )}
      {kind === 'added' && difference.new !== undefined && <span className={styles.values}><ins>{valueWords(difference.new, locale)}</ins></span>}
      {kind === 'removed' && difference.old !== undefined && <span className={styles.values}><del>{valueWords(difference.old, locale)}</del></span>}
    </li>
  );
}
