import { Link } from '@tanstack/react-router';
import { Checkbox } from 'antd';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { valueAt, type ObjectModel } from '@/api/model';
import type { DataRecord } from '@/api/types';
import { FieldDisplay, formatValue } from '@/fields';
import { CellEditor } from './CellEditor';
import type { ListColumn } from './listModel';
import styles from './table.module.css';

/** What rows ask of their table; `row` is an index. */
export interface RowActions {
  activate: (row: number, column: number) => void;
  edit: (row: number, column: number) => void;
  toggle: (row: number, range: boolean) => void;
  open: (row: number) => void;
  save: (row: number, column: ListColumn, value: unknown) => Promise<string | undefined>;
  /** `move`: columns to go on to. */
  stopEdit: (move: number) => void;
}

interface TableRowProps {
  object: ObjectModel;
  record: DataRecord;
  index: number;
  /** Pixels from the top of the rows. */
  top: number;
  width: number;
  columns: ListColumn[];
  /** Index of the column whose cells link to the record. */
  nameColumn: number;
  idPrefix: string;
  selected: boolean;
  activeColumn: number;
  editing: boolean;
  editable: (column: ListColumn) => boolean;
  actions: RowActions;
}

function NameCell({ object, record, column, onOpen }: { object: ObjectModel; record: DataRecord; column: ListColumn; onOpen: () => void }) {
  const { t, i18n } = useTranslation('shell');
  const text = formatValue(column.field, valueAt(record, column.path), i18n.resolvedLanguage ?? 'en');
  return (
    <Link
      to="/o/$object/$id"
      params={{ object: object.name, id: record.id }}
      tabIndex={-1}
      preload={false}
      className={`${styles.name} truncate`}
      data-testid={`open-${record.id}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        onOpen();
      }}
    >
      {text === '' ? t('untitled') : text}
    </Link>
  );
}

/** A row. Its keys are those of the grid around it, which has the focus. */
export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { record, columns, index, selected, activeColumn, editing, actions } = props;
  const { t } = useTranslation('workspace');
  return (
    <div
      role="row"
      className={styles.row}
      style={{ transform: `translateY(${props.top}px)`, width: props.width }}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={activeColumn >= 0}
      data-testid={`row-${record.id}`}
    >
      <div role="gridcell" className={styles.check}>
        <Checkbox
          checked={selected}
          tabIndex={-1}
          aria-label={t('list.selectRow')}
          data-testid={`select-${record.id}`}
          onClick={(event) => {
            event.stopPropagation();
            actions.toggle(index, event.shiftKey);
          }}
        />
      </div>
      {columns.map((column, at) => {
        const value = valueAt(record, column.path);
        const activeCell = at === activeColumn;
        return (
          // The grid has the focus and the keys; the pointer is the other way to the same.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
          <div
            key={column.path}
            id={`${props.idPrefix}-${index}-${at}`}
            role="gridcell"
            aria-colindex={at + 2}
            aria-readonly={!props.editable(column)}
            className={styles.cell}
            style={{ width: column.width }}
            data-align={column.align}
            data-active={activeCell}
            data-column={at}
            data-testid={`cell-${column.path}`}
            onClick={() => { if (!(editing && activeCell)) actions.activate(index, at); }}
            onDoubleClick={() => { actions.edit(index, at); }}
          >
            {editing && activeCell ? (
              <CellEditor field={column.field} value={value} onSave={(next) => actions.save(index, column, next)} onClose={actions.stopEdit} />
            ) : at === props.nameColumn ? (
              <NameCell object={props.object} record={record} column={column} onOpen={() => { actions.open(index); }} />
            ) : (
              <FieldDisplay field={column.field} value={value} compact tabbable={false} />
            )}
          </div>
        );
      })}
    </div>
  );
});
