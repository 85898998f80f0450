import { useEffect, useRef } from 'react';

/** True where a key press is text or belongs to a widget that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  return target.closest('input, textarea, select, [role="combobox"], [role="dialog"], [role="menu"]') !== null;
}

interface Options {
  enabled?: boolean;
  /** Also while a text field has the focus. */
  whileTyping?: boolean;
}

/**
 * Runs `handler` when `key` (KeyboardEvent.key) is pressed without Ctrl, Alt or Meta.
 * A shortcut rests while somebody types, and while a dialog or drawer is open.
 */
export function useShortcut(key: string, handler: (event: KeyboardEvent) => void, options: Options = {}): void {
  const { enabled = true, whileTyping = false } = options;
  const latest = useRef(handler);
  useEffect(() => { latest.current = handler; });
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (!whileTyping && (isTyping(event.target) || dialogOpen())) return;
      event.preventDefault();
      latest.current(event);
    };
    window.addEventListener('keydown', listen);
    return () => { window.removeEventListener('keydown', listen); };
  }, [key, enabled, whileTyping]);
}

/** antd keeps closed dialogs in the page, without size. */
export function dialogOpen(): boolean {
  return [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].some(
    (dialog) => !dialog.closest('[data-passive]') && dialog.getClientRects().length > 0,
  );
}
