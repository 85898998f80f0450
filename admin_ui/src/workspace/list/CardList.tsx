import { Checkbox, Skeleton } from 'antd';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { valueAt, type ObjectModel } from '@/api/model';
import type { DataRecord } from '@/api/types';
import { FieldDisplay, isEmpty } from '@/fields';
import { recordName, type ListColumn } from './listModel';
import styles from './list.module.css';
import type { Selection } from './useSelection';

interface CardListProps {
  object: ObjectModel;
  rows: DataRecord[];
  columns: ListColumn[];
  loading: boolean;
  onOpen: (record: DataRecord) => void;
  onEnd: () => void;
  selection: Selection;
  empty: ReactNode;
}

const SHOWN = 4;
const AHEAD = 15;

/** A list on a phone: a card a record, with its name and its first values. */
export function CardList({ object, rows, columns, loading, onOpen, onEnd, selection, empty }: CardListProps) {
  const { t, i18n } = useTranslation(['workspace', 'shell']);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroll.current, estimateSize: () => 140, overscan: 6 });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - AHEAD) onEnd();
  }, [last, rows.length, onEnd]);
  const others = columns.filter((column) => column.path !== object.name_field);
  return (
    <div ref={scroll} className={styles.cards} data-testid="card-list">
      {loading ? Array.from({ length: 5 }, (_, index) => <div key={index} className={styles.card}><Skeleton active title paragraph={{ rows: 2 }} /></div>) : null}
      {!loading && rows.length === 0 ? empty : null}
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const record = rows[item.index];
          if (!record) return null;
          const selected = selection.selected.has(record.id);
          const filled = others.filter((column) => !isEmpty(valueAt(record, column.path))).slice(0, SHOWN);
          return (
            <div
              key={record.id}
              ref={virtual.measureElement}
              data-index={item.index}
              style={{ position: 'absolute', top: 0, left: 0, width: '100%', transform: `translateY(${item.start}px)` }}
            >
              <article className={styles.card} data-selected={selected} data-testid={`row-${record.id}`}>
                <div className={styles.cardHead}>
                  <button
                    type="button"
                    className="truncate"
                    style={{ border: 0, padding: 0, background: 'none', font: 'inherit', color: 'inherit', textAlign: 'left' }}
                    data-testid={`open-${record.id}`}
                    onClick={() => { onOpen(record); }}
                  >
                    {recordName(object, record, i18n.resolvedLanguage ?? 'en') || t('shell:untitled')}
                  </button>
                  <Checkbox
                    checked={selected}
                    aria-label={t('list.selectRow')}
                    onChange={({ target }) => { selection.select([record.id], target.checked); }}
                  />
                </div>
                {/* The button above is the way in for the keyboard; the rest of the card is a larger target for a thumb. */}
                {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
                <dl style={{ margin: 0 }} onClick={() => { onOpen(record); }}>
                  {filled.map((column) => (
                    <div key={column.path} className={styles.cardRow}>
                      <dt className="truncate">{column.label}</dt>
                      <dd><FieldDisplay field={column.field} value={valueAt(record, column.path)} compact tabbable={false} /></dd>
                    </div>
                  ))}
                </dl>
              </article>
            </div>
          );
        })}
      </div>
    </div>
  );
}
