import { queryOptions, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
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

/** Session of the signed-in user; only below the shell, which is never shown without one. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new Error('no session');
  return data;
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
