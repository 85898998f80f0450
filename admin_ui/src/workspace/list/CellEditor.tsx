import { App, Tooltip } from 'antd';
import { useEffect, useRef, useState } from 'react';
import type { FieldDescription } from '@/api/types';
import { FieldInput, sameValue, validate } from '@/fields';
import styles from './table.module.css';

interface CellEditorProps {
  field: FieldDescription;
  value: unknown;
  /** Saves; resolves to what is wrong, or undefined when it is saved. */
  onSave: (value: unknown) => Promise<string | undefined>;
  /** `move`: columns to go on to, 0 to stay. */
  onClose: (move: number) => void;
}

/** Types whose choice is the whole edit: it is saved as soon as it is made. */
const ONE_STEP = new Set(['picklist', 'lookup', 'user', 'date', 'boolean']);

/** Edits a value where it stands: Enter saves, Escape drops, Tab saves and goes on. */
export function CellEditor({ field, value, onSave, onClose }: CellEditorProps) {
  const [draft, setDraft] = useState(value);
  const [fault, setFault] = useState<string>();
  const [saving, setSaving] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const done = useRef(false);
  const draftNow = useRef(value);
  const busy = useRef(false);
  // A click on another cell takes the editor away before its value is saved.
  const mounted = useRef(false);
  const { message } = App.useApp();
  useEffect(() => {
    mounted.current = true;
    return () => { mounted.current = false; };
  }, []);

  useEffect(() => {
    const focused = document.activeElement;
    if (!ONE_STEP.has(field.type) && focused instanceof HTMLInputElement && box.current?.contains(focused)) focused.select();
  }, [field.type]);

  const close = (move = 0) => {
    if (done.current) return;
    done.current = true;
    if (mounted.current) onClose(move);
  };

  const refuse = (text: string) => {
    if (mounted.current) setFault(text);
    else void message.error(`${field.label}: ${text}`);
  };

  const save = async (next: unknown, move = 0) => {
    if (done.current || busy.current) return;
    if (sameValue(field, next, value)) {
      close(move);
      return;
    }
    const found = validate(field, next);
    if (found !== undefined) {
      refuse(found);
      return;
    }
    busy.current = true;
    setSaving(true);
    const wrong = await onSave(next);
    busy.current = false;
    setSaving(false);
    if (wrong === undefined) close(move);
    else refuse(wrong);
  };

  const change = (next: unknown) => {
    draftNow.current = next;
    setDraft(next);
    setFault(undefined);
    if (ONE_STEP.has(field.type)) void save(next);
  };

  const keys = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') {
      event.preventDefault();
      void save(draftNow.current, event.shiftKey ? -1 : 1);
    } else if (event.key === 'Enter' && ONE_STEP.has(field.type)) {
      // The choice of another value saves it; the choice of the same value is the end too.
      setTimeout(() => { if (!busy.current) close(); }, 50);
    } else if (event.key === 'Enter' && !event.shiftKey && field.type !== 'multi_picklist') {
      event.preventDefault();
      void save(draftNow.current);
    }
  };

  const blur = () => {
    // The focus may only have gone to another part of the same editor.
    setTimeout(() => {
      if (done.current || box.current?.contains(document.activeElement) || !document.hasFocus()) return;
      if (ONE_STEP.has(field.type)) close();
      else void save(draftNow.current);
    }, 120);
  };

  return (
    <Tooltip title={fault} open={fault !== undefined} color="var(--danger)" placement="bottomLeft">
      {/* The handlers only watch what happens in the input inside. */}
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div ref={box} className={styles.editor} data-testid="cell-editor" data-saving={saving} onKeyDown={keys} onBlur={blur}
        onDoubleClick={(event) => { event.stopPropagation(); }}>
        <FieldInput field={field} value={draft} onChange={change} status={fault === undefined ? '' : 'error'} autoFocus inline disabled={saving} />
      </div>
    </Tooltip>
  );
}
