import { createContext, use, useCallback, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useSetPreferences } from '@/api/session';
import { paint, type Mode } from './theme';

export type ThemeChoice = Mode | 'system';

interface ThemeState {
  choice: ThemeChoice;
  mode: Mode;
  setChoice: (choice: ThemeChoice) => void;
}

const ThemeContext = createContext<ThemeState | null>(null);
const KEY = 'tangram.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

function watchSystem(changed: () => void): () => void {
  dark.addEventListener('change', changed);
  return () => { dark.removeEventListener('change', changed); };
}

/** Paints before React renders, so that a dark page never flashes white. */
export function paintEarly(): void {
  const choice = stored();
  paint(choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice);
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const [choice, set] = useState<ThemeChoice>(stored);
  const systemDark = useSyncExternalStore(watchSystem, () => dark.matches);
  const mode: Mode = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice;
  const save = useSetPreferences();
  useEffect(() => { paint(mode); }, [mode]);
  const setChoice = useCallback(
    (next: ThemeChoice) => {
      localStorage.setItem(KEY, next);
      set(next);
      // The choice already holds on this machine; a server that cannot be reached must not undo it.
      save({ theme: next }).catch((error: unknown) => { console.warn('theme not saved', error); });
    },
    [save],
  );
  const value = useMemo(() => ({ choice, mode, setChoice }), [choice, mode, setChoice]);
  return <ThemeContext value={value}>{children}</ThemeContext>;
}

export function useTheme(): ThemeState {
  const state = use(ThemeContext);
  if (!state) throw new Error('useTheme outside of ThemeProvider');
  return state;
}
