import { useState } from 'react';

const LEAST = 60;
const MOST = 2000;

/** Width of a column while its edge is dragged; `onDone` gets the last one. */
export function useColumnResize(width: number, onDone: (width: number) => void) {
  const [dragged, setDragged] = useState<number | null>(null);
  const start = (event: React.PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.stopPropagation();
    const element = event.currentTarget;
    const from = event.clientX;
    let latest = width;
    element.setPointerCapture(event.pointerId);
    const move = (next: PointerEvent) => {
      latest = Math.round(Math.max(LEAST, Math.min(MOST, width + next.clientX - from)));
      setDragged(latest);
    };
    const end = () => {
      element.removeEventListener('pointermove', move);
      setDragged(null);
      if (latest !== width) onDone(latest);
    };
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', end, { once: true });
  };
  return { width: dragged ?? width, handle: { onPointerDown: start } };
}
