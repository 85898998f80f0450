import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';
import '@/i18n';

// jsdom has no layout and no media queries; antd asks for both.
window.matchMedia ??= (query: string): MediaQueryList =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
  }) as MediaQueryList;

class NoResizeObserver implements ResizeObserver {
  observe(): void { /* jsdom never resizes */ }
  unobserve(): void { /* jsdom never resizes */ }
  disconnect(): void { /* jsdom never resizes */ }
}
globalThis.ResizeObserver ??= NoResizeObserver;

afterEach(cleanup);
