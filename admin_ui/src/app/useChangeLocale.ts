import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { modelQuery } from '@/api/model';
import { sessionQuery, useSetPreferences } from '@/api/session';
import { setLocale, type Locale } from '@/i18n';

/** Changes the language here and in the user's preferences. The texts of the model come first, so that nothing flickers. */
export function useChangeLocale(): (locale: Locale) => Promise<void> {
  const client = useQueryClient();
  const save = useSetPreferences();
  return useCallback(
    async (locale: Locale) => {
      if (client.getQueryData(sessionQuery.queryKey)) {
        // A server that cannot be reached is no reason to keep the wrong language.
        await client.prefetchQuery(modelQuery(locale));
      }
      await setLocale(locale);
      // The choice already holds on this machine; it must not be undone because it could not be kept for others.
      await save({ locale }).catch((error: unknown) => { console.warn('language not saved', error); });
    },
    [client, save],
  );
}
