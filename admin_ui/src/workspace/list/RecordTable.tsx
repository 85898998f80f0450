import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Checkbox } from 'antd';
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import type { DataRecord, SortKey } from '@/api/types';
import { isTyping } from '@/app/keyboard';
import type { ListColumn } from './listModel';
import { TableRow, type RowActions } from './TableRow';
import styles from './table.module.css';
import { useColumnResize } from './useColumnResize';

export const ROW_HEIGHT = 36;
const CHECK_WIDTH = 40;
const AHEAD = 30;

export interface Position {
  row: number;
  column: number;
}

interface RecordTableProps {
  object: ObjectModel;
  rows: DataRecord[];
  columns: ListColumn[];
  sort: SortKey[];
  selected: ReadonlySet<string>;
  loading: boolean;
  stale: boolean;
  /** Total, for screen readers; undefined while unknown. */
  count: number | undefined;
  onSort: (field: string, add: boolean) => void;
  onWidth: (field: string, width: number) => void;
  onSelect: (ids: string[], on: boolean) => void;
  onSelectAll: (on: boolean) => void;
  onOpen: (record: DataRecord) => void;
  onEdit: (record: DataRecord, column: ListColumn, value: unknown) => Promise<string | undefined>;
  onEnd: () => void;
  /** Whether a cell may be edited where it stands. */
  editable: (column: ListColumn) => boolean;
  /** Shown below the head when there are no rows. */
  empty: ReactNode;
  foot?: ReactNode;
}

function HeadCell({ column, sort, onSort, onWidth }: { column: ListColumn; sort: SortKey[]; onSort: RecordTableProps['onSort']; onWidth: RecordTableProps['onWidth'] }) {
  const { t } = useTranslation('workspace');
  const resize = useColumnResize(column.width, (width) => { onWidth(column.path, width); });
  const at = sort.findIndex((key) => key.field === column.path);
  const key = sort[at];
  const direction = key ? (key.direction ?? 'asc') : undefined;
  return (
    <div
      role="columnheader"
      className={styles.headCell}
      style={{ width: resize.width }}
      data-align={column.align}
      aria-sort={direction === 'asc' ? 'ascending' : direction === 'desc' ? 'descending' : 'none'}
    >
      {column.field.sortable ? (
        <button
          type="button"
          tabIndex={-1}
          className={styles.headButton}
          title={column.label}
          data-testid={`sort-${column.path}`}
          onClick={(event) => { onSort(column.path, event.shiftKey); }}
        >
          <span className="truncate">{column.label}</span>
          {direction === 'asc' ? <ArrowUpOutlined /> : direction === 'desc' ? <ArrowDownOutlined /> : null}
          {sort.length > 1 && at !== -1 ? <sup>{at + 1}</sup> : null}
        </button>
      ) : (
        <span className={`${styles.headButton} truncate`} title={column.label}>{column.label}</span>
      )}
      {/* Widths can also be set in the columns panel's view document; the handle is for the pointer. */}
      <span className={styles.handle} aria-hidden="true" title={t('list.resize')} {...resize.handle} />
    </div>
  );
}

function Skeletons({ columns }: { columns: ListColumn[] }) {
  return Array.from({ length: 12 }, (_, row) => (
    <div key={row} className={styles.row} style={{ position: 'static' }} aria-hidden="true">
      <div className={styles.check} />
      {columns.map((column, index) => (
        <div key={column.path} className={styles.cell} style={{ width: column.width }}>
          <i className={styles.bone} style={{ width: `${45 + ((row * 7 + index * 13) % 40)}%` }} />
        </div>
      ))}
    </div>
  ));
}

/** The same object on every render, whose functions are always the latest ones: rows need not be drawn again for them. */
function useStable(now: RowActions): RowActions {
  const latest = useRef(now);
  useEffect(() => { latest.current = now; });
  return useMemo<RowActions>(
    () => ({
      activate: (row, column) => { latest.current.activate(row, column); },
      edit: (row, column) => { latest.current.edit(row, column); },
      toggle: (row, range) => { latest.current.toggle(row, range); },
      open: (row) => { latest.current.open(row); },
      save: (row, column, value) => latest.current.save(row, column, value),
      stopEdit: (move) => { latest.current.stopEdit(move); },
    }),
    [],
  );
}

/** The table of a list: only the rows in sight are in the page. Arrows move, Enter opens, F2 edits, x selects. */
export function RecordTable(props: RecordTableProps) {
  const { rows, columns, selected, onEnd } = props;
  const { t } = useTranslation('workspace');
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Position | null>(null);
  const [editing, setEditing] = useState(false);
  const anchor = useRef<number | null>(null);
  const gridId = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - AHEAD) onEnd();
  }, [last, rows.length, onEnd]);
  useEffect(() => {
    // The list is what the page is for: its keys work without a click first.
    if (document.activeElement === document.body) scroll.current?.focus({ preventScroll: true });
  }, []);

  const go = (row: number, column: number) => {
    const next = { row: Math.max(0, Math.min(rows.length - 1, row)), column: Math.max(0, Math.min(columns.length - 1, column)) };
    setActive(next);
    setEditing(false);
    virtual.scrollToIndex(next.row, { align: 'auto' });
    const cell = scroll.current?.querySelector(`[data-column="${next.column}"]`);
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  const edit = (position: Position) => {
    const column = columns[position.column];
    if (!column || !rows[position.row] || !props.editable(column)) return;
    setActive(position);
    setEditing(true);
  };

  const toggle = (row: number, range: boolean) => {
    const record = rows[row];
    if (!record) return;
    const from = range && anchor.current !== null ? anchor.current : row;
    const ids = rows.slice(Math.min(from, row), Math.max(from, row) + 1).map((item) => item.id);
    props.onSelect(ids, !selected.has(record.id));
    anchor.current = row;
  };

  const keys = (event: React.KeyboardEvent) => {
    if (editing || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = active ?? { row: -1, column: 0 };
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
    const moves: Record<string, [number, number]> = {
      ArrowDown: [at.row + 1, at.column], ArrowUp: [at.row - 1, at.column],
      ArrowLeft: [at.row, at.column - 1], ArrowRight: [at.row, at.column + 1],
      Home: [at.row, 0], End: [at.row, columns.length - 1],
      PageDown: [at.row + page, at.column], PageUp: [at.row - page, at.column],
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
        const record = rows[at.row];
        if (record) props.onSelect([record.id], true);
        const reached = rows[Math.max(0, Math.min(rows.length - 1, move[0]))];
        if (reached) props.onSelect([reached.id], true);
      }
      go(...move);
      return;
    }
    const record = rows[at.row];
    if (!active || !record) return;
    if (event.key === 'Enter') props.onOpen(record);
    else if (event.key === 'F2') edit(active);
    else if (event.key === 'x' || event.key === ' ') toggle(active.row, event.shiftKey);
    else if (event.key === 'Escape') {
      if (selected.size > 0) props.onSelectAll(false);
      else setActive(null);
    } else return;
    event.preventDefault();
  };

  const now: RowActions = {
    activate: (row, column) => {
      setActive({ row, column });
      setEditing(false);
    },
    edit: (row, column) => { edit({ row, column }); },
    toggle,
    open: (row) => {
      const record = rows[row];
      if (record) props.onOpen(record);
    },
    save: (row, column, value) => {
      const record = rows[row];
      return record ? props.onEdit(record, column, value) : Promise.resolve(undefined);
    },
    stopEdit: (move) => {
      setEditing(false);
      scroll.current?.focus({ preventScroll: true });
      if (move === 0 || !active) return;
      const next = { row: active.row, column: active.column + move };
      go(next.row, next.column);
      edit(next);
    },
  };
  const actions = useStable(now);

  const width = columns.reduce((sum, column) => sum + column.width, CHECK_WIDTH);
  const nameColumn = Math.max(0, columns.findIndex((column) => column.path === props.object.name_field));
  const allSelected = rows.length > 0 && rows.every((row) => selected.has(row.id));
  return (
    <div
      ref={scroll}
      role="grid"
      tabIndex={0}
      className={styles.grid}
      data-testid="record-table"
      data-stale={props.stale}
      aria-label={props.object.label_plural}
      aria-rowcount={(props.count ?? rows.length) + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-busy={props.loading || props.stale}
      aria-activedescendant={active ? `${gridId}-${active.row}-${active.column}` : undefined}
      onKeyDown={keys}
    >
      <div role="row" className={styles.head} style={{ width }}>
        <div role="columnheader" className={styles.check} aria-label={t('list.selection')}>
          <Checkbox
            checked={allSelected}
            indeterminate={!allSelected && selected.size > 0}
            disabled={rows.length === 0}
            tabIndex={-1}
            aria-label={t('list.selectAll')}
            data-testid="select-all"
            onChange={({ target }) => { props.onSelectAll(target.checked); }}
          />
        </div>
        {columns.map((column) => (
          <HeadCell key={column.path} column={column} sort={props.sort} onSort={props.onSort} onWidth={props.onWidth} />
        ))}
      </div>
      {props.loading ? <Skeletons columns={columns} /> : null}
      {!props.loading && rows.length === 0 ? <div className={styles.empty}>{props.empty}</div> : null}
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), width, position: 'relative' }}>
        {items.map((item) => {
          const record = rows[item.index];
          if (!record) return null;
          return (
            <TableRow
              key={record.id}
              object={props.object}
              record={record}
              index={item.index}
              top={item.start}
              width={width}
              columns={columns}
              nameColumn={nameColumn}
              idPrefix={gridId}
              selected={selected.has(record.id)}
              activeColumn={active?.row === item.index ? active.column : -1}
              editing={editing && active?.row === item.index}
              editable={props.editable}
              actions={actions}
            />
          );
        })}
      </div>
      {props.foot}
    </div>
  );
}
