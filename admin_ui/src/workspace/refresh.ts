import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Page } from '@/api/types';

const KEPT_PAGES = 3;

/**
 * Refetches everything that shows records of an object. A list that was scrolled far is cut to its first pages,
 * or refetching would ask for every page again.
 */
export async function refreshObject(client: QueryClient, object: string): Promise<void> {
  client.setQueriesData<InfiniteData<Page>>({ queryKey: ['list', object] }, (data) =>
    data && data.pages.length > KEPT_PAGES
      ? { pages: data.pages.slice(0, KEPT_PAGES), pageParams: data.pageParams.slice(0, KEPT_PAGES) }
      : data,
  );
  await Promise.all([
    client.invalidateQueries({ queryKey: ['list', object] }),
    client.invalidateQueries({ queryKey: ['record', object] }),
    client.invalidateQueries({ queryKey: ['history', object] }),
    client.invalidateQueries({ queryKey: ['related', object] }),
    client.invalidateQueries({ queryKey: ['bin', object] }),
    client.invalidateQueries({ queryKey: ['lookup', object] }),
  ]);
}
