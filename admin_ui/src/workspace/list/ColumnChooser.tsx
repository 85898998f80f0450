import { HolderOutlined, SearchOutlined } from '@ant-design/icons';
import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core';
import { restrictToVerticalAxis } from '@dnd-kit/modifiers';
import { arrayMove, SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { resolvePath, useModel, type Model, type ObjectModel } from '@/api/model';
import type { Column } from '@/api/types';
import styles from './list.module.css';

interface ColumnChooserProps {
  object: ObjectModel;
  columns: Column[];
  onChange: (columns: Column[]) => void;
}

interface Choice {
  path: string;
  label: string;
}

/** Fields of the object, then those of the records that it looks up. */
function choices(model: Model, object: ObjectModel): { label: string; items: Choice[] }[] {
  const own = object.fields
    .filter((field) => field.name !== 'deleted_at')
    .sort((a, b) => Number(a.system) - Number(b.system));
  const groups = [{ label: object.label, items: own.map((field) => ({ path: field.name, label: field.label })) }];
  for (const lookup of own) {
    const target = lookup.target ? model.byName.get(lookup.target) : undefined;
    if (!target || lookup.system) continue;
    const items = target.fields
      .filter((field) => !field.system)
      .map((field) => ({ path: `${lookup.name}.${field.name}`, label: field.label }));
    groups.push({ label: lookup.label, items });
  }
  return groups;
}

function Item({ path, label, onHide, last }: { path: string; label: string; onHide: () => void; last: boolean }) {
  const { t } = useTranslation('workspace');
  const { attributes, listeners, setNodeRef, transform, transition } = useSortable({ id: path });
  return (
    <li
      ref={setNodeRef}
      className={styles.columnItem}
      style={{ transform: CSS.Transform.toString(transform), transition }}
      data-testid={`column-${path}`}
    >
      <button type="button" className={styles.grip} {...attributes} {...listeners} aria-label={t('columns.move', { label })}>
        <HolderOutlined />
      </button>
      <Checkbox checked disabled={last} onChange={onHide}>{label}</Checkbox>
    </li>
  );
}

/** Chooses the columns of a list and their order (drag, or Space and arrows on the grip). */
export function ColumnChooser({ object, columns, onChange }: ColumnChooserProps) {
  const { t } = useTranslation('workspace');
  const model = useModel();
  const [text, setText] = useState('');
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const wanted = text.trim().toLowerCase();
  const fits = (label: string) => wanted === '' || label.toLowerCase().includes(wanted);
  const shown = new Set(columns.map((column) => column.field));
  const labelOf = (path: string) => resolvePath(model, object, path)?.label ?? path;
  const drop = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return;
    const from = columns.findIndex((column) => column.field === active.id);
    const to = columns.findIndex((column) => column.field === over.id);
    onChange(arrayMove(columns, from, to));
  };
  const hidden = choices(model, object)
    .map((group) => ({ ...group, items: group.items.filter((item) => !shown.has(item.path) && fits(`${group.label} ${item.label}`)) }))
    .filter((group) => group.items.length > 0);
  return (
    <div className={styles.columns} data-testid="column-chooser">
      <Input
        autoFocus
        value={text}
        onChange={({ target }) => { setText(target.value); }}
        prefix={<SearchOutlined />}
        placeholder={t('columns.search')}
        aria-label={t('columns.search')}
        data-testid="column-search"
      />
      <ul className={styles.columnList}>
        <DndContext sensors={sensors} collisionDetection={closestCenter} modifiers={[restrictToVerticalAxis]} onDragEnd={drop}>
          <SortableContext items={columns.map((column) => column.field)} strategy={verticalListSortingStrategy}>
            {columns.filter((column) => fits(labelOf(column.field))).map((column) => (
              <Item
                key={column.field}
                path={column.field}
                label={labelOf(column.field)}
                last={columns.length === 1}
                onHide={() => { onChange(columns.filter((other) => other.field !== column.field)); }}
              />
            ))}
          </SortableContext>
        </DndContext>
        {hidden.map((group) => (
          <li key={group.label}>
            <div className={styles.columnGroup}>{group.label}</div>
            {group.items.map((item) => (
              <div key={item.path} className={styles.columnItem} style={{ paddingInlineStart: 26 }} data-testid={`column-${item.path}`}>
                <Checkbox checked={false} onChange={() => { onChange([...columns, { field: item.path }]); }}>{item.label}</Checkbox>
              </div>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}
