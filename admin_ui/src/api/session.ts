import { queryOptions, useQueryClient, useSuspenseQuery, type QueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { forgetAll } from '@/fields/recents';
import { api, body } from './client';
import { isProblem } from './problem';
import type { Preferences, Session } from './types';

/** The session, or null when nobody is signed in. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await body(api.GET('/auth/session'));
    } catch (error) {
      if (isProblem(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

const NOBODY: Session = {
  user: { id: '', name: '', email: '' }, tenant: { name: '', label: '' }, roles: [], admin: false, preferences: { tour_done: true },
};

/** Ends the session in this browser: `go` shows the sign-in page, then nothing of the user stays in memory or storage. */
export async function leave(client: QueryClient, go: () => Promise<void>): Promise<void> {
  client.setQueryData(sessionQuery.queryKey, null);
  await go();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  forgetAll();
}

/** Session of the signed-in user; only below the shell, which is never shown without one. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  // For the moment between the end of a session and the sign-in page the shell is still there.
  return data ?? NOBODY;
}

/** Merges preferences on the server and in the cache at once. */
export function useSetPreferences(): (change: Preferences) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (change: Preferences) => {
      client.setQueryData(sessionQuery.queryKey, (old) =>
        old ? { ...old, preferences: { ...old.preferences, ...change } } : old,
      );
      if (client.getQueryData(sessionQuery.queryKey)) await api.PATCH('/auth/preferences', { body: change });
    },
    [client],
  );
}
