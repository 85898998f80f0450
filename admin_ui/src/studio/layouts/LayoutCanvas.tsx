import {
  closestCorners, DndContext, DragOverlay, useDroppable, type DragEndEvent, type DragOverEvent, type DragStartEvent,
} from '@dnd-kit/core';
import { rectSortingStrategy, SortableContext, useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, DeleteOutlined, HolderOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Tooltip } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ObjectModel } from '@/api/model';
import { freeName, moved, type SectionDocument } from '../documents';
import { SavedLabelInput } from '../parts/LabelInput';
import { useDragSensors } from '../parts/SortableRows';
import { TypeIcon } from '../types';
import { placeField, sectionOf, takeField } from './arrange';
import styles from './layouts.module.css';

const PALETTE = 'palette';
const FIELD = 'field:';
const SECTION = 'section:';

interface LayoutCanvasProps {
  sections: SectionDocument[];
  object: ObjectModel;
  onChange: (sections: SectionDocument[]) => void;
}

/** Sections with their fields, and the palette of fields that are on none: drag between them, or use the buttons. */
export function LayoutCanvas({ sections: stored, object, onChange }: LayoutCanvasProps) {
  const { t } = useTranslation('studio');
  const sensors = useDragSensors();
  const [dragged, setDragged] = useState<SectionDocument[] | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const sections = dragged ?? stored;
  const used = new Set(sections.flatMap((section) => section.fields));
  const unused = object.fields.filter((field) => !used.has(field.name) && field.name !== 'id' && field.name !== 'deleted_at').map((field) => field.name);

  const targetOf = (id: string): string | undefined =>
    id.startsWith(SECTION) ? id.slice(SECTION.length) : id === PALETTE ? PALETTE : (sectionOf(sections, id.slice(FIELD.length)) ?? PALETTE);
  const place = (field: string, overId: string): SectionDocument[] => {
    const section = targetOf(overId);
    if (section === undefined || section === PALETTE) return takeField(sections, field);
    const fields = sections.find((one) => one.name === section)?.fields ?? [];
    const at = overId.startsWith(FIELD) ? fields.indexOf(overId.slice(FIELD.length)) : fields.length;
    return placeField(sections, field, section, at);
  };
  const start = ({ active: item }: DragStartEvent) => { setActive(String(item.id).slice(FIELD.length)); setDragged(stored); };
  const over = ({ active: item, over: target }: DragOverEvent) => {
    if (!target || item.id === target.id) return;
    const field = String(item.id).slice(FIELD.length);
    if (targetOf(String(item.id)) !== targetOf(String(target.id))) setDragged(place(field, String(target.id)));
  };
  const end = ({ active: item, over: target }: DragEndEvent) => {
    const field = String(item.id).slice(FIELD.length);
    const next = target && target.id !== item.id ? place(field, String(target.id)) : sections;
    setActive(null);
    setDragged(null);
    if (JSON.stringify(next) !== JSON.stringify(stored)) onChange(next);
  };
  const set = (name: string, part: Partial<SectionDocument>) => { onChange(stored.map((one) => (one.name === name ? { ...one, ...part } : one))); };
  const addSection = () => {
    const name = freeName('section', (wanted) => stored.some((one) => one.name === wanted));
    onChange([...stored, { name, label: { en: t('layouts.new_section', { lng: 'en' }), 'zh-CN': t('layouts.new_section', { lng: 'zh-CN' }) }, columns: 2, fields: [] }]);
  };
  const append = (field: string) => {
    const section = stored.find((one) => one.name !== 'system') ?? stored[0];
    if (section) onChange(placeField(stored, field, section.name, section.fields.length));
  };
  return (
    <DndContext sensors={sensors} collisionDetection={closestCorners} onDragStart={start} onDragOver={over} onDragEnd={end} onDragCancel={() => { setActive(null); setDragged(null); }}>
      <div className={styles.split}>
        <div className={styles.sections}>
          {sections.map((section, index) => (
            <Section
              key={section.name}
              section={section}
              object={object}
              onChange={(part) => { set(section.name, part); }}
              onRemove={() => { onChange(stored.filter((one) => one.name !== section.name)); }}
              onUp={index > 0 ? () => { onChange(moved(stored, index, index - 1)); } : undefined}
              onDown={index < sections.length - 1 ? () => { onChange(moved(stored, index, index + 1)); } : undefined}
              onTake={(field) => { onChange(takeField(stored, field)); }}
            />
          ))}
          <Button type="dashed" block icon={<PlusOutlined />} onClick={addSection} data-testid="section-add">{t('layouts.add_section')}</Button>
        </div>
        <Palette fields={unused} object={object} onAdd={append} />
      </div>
      <DragOverlay>{active === null ? null : <div className={styles.overlay}><FieldWords name={active} object={object} /></div>}</DragOverlay>
    </DndContext>
  );
}

interface SectionProps {
  section: SectionDocument;
  object: ObjectModel;
  onChange: (part: Partial<SectionDocument>) => void;
  onRemove: () => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onTake: (field: string) => void;
}

function Section({ section, object, onChange, onRemove, onUp, onDown, onTake }: SectionProps) {
  const { t } = useTranslation('studio');
  const { setNodeRef, isOver } = useDroppable({ id: SECTION + section.name });
  const columns = section.columns ?? 2;
  return (
    <section className={styles.section} data-over={isOver || undefined} data-testid={`section-${section.name}`}>
      <header className={styles.sectionHead}>
        <div className={styles.sectionLabel}><SavedLabelInput value={section.label} onSave={(label) => { onChange({ label }); }} name={t('layouts.section_label')} testId={`section-label-${section.name}`} /></div>
        <Tooltip title={t('layouts.columns')}>
          <Segmented size="small" value={columns} onChange={(next) => { onChange({ columns: next }); }} options={[1, 2, 3]} aria-label={t('layouts.columns')} />
        </Tooltip>
        <span>
          <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={!onUp} onClick={onUp} aria-label={t('layouts.up')} />
          <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={!onDown} onClick={onDown} aria-label={t('layouts.down')} />
          <Tooltip title={t('layouts.remove_section')}>
            <Button type="text" size="small" icon={<DeleteOutlined />} onClick={onRemove} aria-label={t('layouts.remove_section')} />
          </Tooltip>
        </span>
      </header>
      <SortableContext items={section.fields.map((field) => FIELD + field)} strategy={rectSortingStrategy}>
        <div ref={setNodeRef} className={styles.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
          {section.fields.map((field) => (
            <FieldCard key={field} name={field} object={object}>
              <Button type="text" size="small" icon={<CloseOutlined />} onClick={() => { onTake(field); }} aria-label={t('layouts.take', { field })} data-testid={`take-${field}`} />
            </FieldCard>
          ))}
          {section.fields.length === 0 && <div className={styles.empty}>{t('layouts.empty_section')}</div>}
        </div>
      </SortableContext>
    </section>
  );
}

function Palette({ fields, object, onAdd }: { fields: string[]; object: ObjectModel; onAdd: (field: string) => void }) {
  const { t } = useTranslation('studio');
  const { setNodeRef, isOver } = useDroppable({ id: PALETTE });
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = fields.filter((name) => `${name} ${object.field.get(name)?.label ?? ''}`.toLowerCase().includes(wanted));
  return (
    <aside ref={setNodeRef} className={styles.palette} data-over={isOver || undefined} data-testid="layout-palette">
      <h3 className={styles.paletteTitle}>{t('layouts.palette')}</h3>
      {fields.length > 8 && <Input allowClear placeholder={t('fields.search')} aria-label={t('fields.search')} value={text} onChange={(event) => { setText(event.target.value); }} />}
      <SortableContext items={found.map((field) => FIELD + field)}>
        {found.map((field) => (
          <FieldCard key={field} name={field} object={object}>
            <Button type="text" size="small" icon={<PlusOutlined />} onClick={() => { onAdd(field); }} aria-label={t('layouts.add_field', { field })} data-testid={`palette-add-${field}`} />
          </FieldCard>
        ))}
      </SortableContext>
      {fields.length === 0 && <p className={styles.paletteEmpty}>{t('layouts.palette_empty')}</p>}
    </aside>
  );
}

function FieldCard({ name, object, children }: { name: string; object: ObjectModel; children: ReactNode }) {
  const { t } = useTranslation('studio');
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({ id: FIELD + name });
  return (
    <div ref={setNodeRef} className={styles.card} data-dragging={isDragging || undefined} style={{ transform: CSS.Translate.toString(transform), transition }} data-testid={`layout-field-${name}`}>
      <button type="button" ref={setActivatorNodeRef} className={styles.cardMain} {...attributes} {...listeners} aria-label={`${t('parts.move')}: ${object.field.get(name)?.label ?? name}`}>
        <HolderOutlined className={styles.holder} />
        <FieldWords name={name} object={object} />
      </button>
      {children}
    </div>
  );
}

function FieldWords({ name, object }: { name: string; object: ObjectModel }) {
  const field = object.field.get(name);
  return (
    <>
      <span className={styles.cardIcon}><TypeIcon type={field?.type} /></span>
      <span className={styles.cardLabel}>{field?.label ?? name}</span>
      {field?.required && <span className={styles.star} aria-hidden="true">*</span>}
    </>
  );
}
