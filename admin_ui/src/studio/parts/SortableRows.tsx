import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type DragEndEvent } from '@dnd-kit/core';
import { restrictToVerticalAxis } from '@dnd-kit/modifiers';
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { HolderOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './parts.module.css';

interface SortableRowsProps<T> {
  items: readonly T[];
  /** What tells an item from the others. */
  idOf: (item: T, index: number) => string;
  render: (item: T, index: number) => ReactNode;
  /** Without it the rows stand still. */
  onMove?: ((from: number, to: number) => void) | undefined;
  rowTestId?: (item: T, index: number) => string;
  className?: string | undefined;
}

/** Rows with a handle: drag it, or focus it and use Space and the arrows. */
export function SortableRows<T>({ items, idOf, render, onMove, rowTestId, className }: SortableRowsProps<T>) {
  const sensors = useDragSensors();
  const ids = items.map(idOf);
  const end = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return;
    onMove?.(ids.indexOf(String(active.id)), ids.indexOf(String(over.id)));
  };
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} modifiers={[restrictToVerticalAxis]} onDragEnd={end}>
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <div className={className ?? styles.rows} role="list">
          {items.map((item, index) => (
            <SortableRow key={ids[index]} id={ids[index] ?? ''} fixed={!onMove} testId={rowTestId?.(item, index)}>
              {render(item, index)}
            </SortableRow>
          ))}
        </div>
      </SortableContext>
    </DndContext>
  );
}

/** Pointer with a little slack, so that a click stays a click, and keyboard. */
export function useDragSensors() {
  return useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
}

interface RowProps {
  id: string;
  fixed: boolean;
  testId: string | undefined;
  children: ReactNode;
}

function SortableRow({ id, fixed, testId, children }: RowProps) {
  const { t } = useTranslation('studio');
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id, disabled: fixed });
  return (
    <div
      ref={setNodeRef}
      role="listitem"
      className={styles.row}
      data-dragging={isDragging || undefined}
      data-testid={testId}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      {fixed ? null : (
        <button type="button" ref={setActivatorNodeRef} className={styles.handle} {...attributes} {...listeners} aria-label={t('parts.move')}>
          <HolderOutlined />
        </button>
      )}
      {children}
    </div>
  );
}
