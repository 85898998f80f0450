import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useModel, type ObjectModel } from '@/api/model';
import { queryRecords, savedViews, type RecordQuery } from '@/api/records';
import type { DataRecord, Filter, Page } from '@/api/types';
import {
  both, listQuery, listViews, pickView, resolveColumns, sameDefinition, type ListColumn, type ListDefinition, type ListView,
} from './listModel';

const PAGE = 100;

export interface ListState {
  views: ListView[];
  view: ListView;
  /** The view with the user's changes. */
  definition: ListDefinition;
  columns: ListColumn[];
  changed: boolean;
  change: (change: Partial<ListDefinition>) => void;
  reset: () => void;
}

/** The view that is shown, and what the user changed in it; each view keeps its changes until the page is left. */
export function useListState(object: ObjectModel, search: { view?: string; saved?: string }): ListState {
  const { t } = useTranslation('workspace');
  const model = useModel();
  const { data: saved = [] } = useQuery({ queryKey: ['saved-views', object.name], queryFn: () => savedViews(object.name) });
  const [changes, setChanges] = useState<Record<string, Partial<ListDefinition>>>({});
  const views = useMemo(() => listViews(object, saved, t('list.all', { label: object.label_plural })), [object, saved, t]);
  const view = pickView(views, object, search);
  const key = `${object.name} ${view.key}`;
  const mine = changes[key];
  const definition = useMemo(() => ({ ...view.definition, ...mine }), [view, mine]);
  const columns = useMemo(() => resolveColumns(model, object, definition.columns), [model, object, definition.columns]);
  const change = useCallback(
    (next: Partial<ListDefinition>) => { setChanges((old) => ({ ...old, [key]: { ...old[key], ...next } })); },
    [key],
  );
  const reset = useCallback(() => {
    setChanges(({ [key]: _gone, ...rest }) => rest);
  }, [key]);
  return { views, view, definition, columns, changed: !sameDefinition(definition, view.definition), change, reset };
}

export interface ListRows {
  rows: DataRecord[];
  count: number | undefined;
  query: RecordQuery;
  loading: boolean;
  /** The rows are those of the previous question while the next ones come. */
  stale: boolean;
  error: unknown;
  more: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  refetch: () => void;
  /** Shows a changed record at once, without asking the server. */
  patch: (id: string, change: Partial<DataRecord>) => void;
}

/** Rows of a list, page by page. */
export function useListRows(object: ObjectModel, columns: ListColumn[], definition: ListDefinition, extra: Filter | null, q: string): ListRows {
  const client = useQueryClient();
  const query = useMemo(
    () => listQuery(object, columns, { ...definition, filter: both(definition.filter, extra) }, q),
    [object, columns, definition, extra, q],
  );
  const queryKey = useMemo(() => ['list', object.name, query], [object.name, query]);
  const result = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      queryRecords(object.name, { ...query, limit: PAGE, ...(pageParam === '' ? { count: true } : { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page: Page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = result;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.data) ?? [], [data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const patch = useCallback(
    (id: string, change: Partial<DataRecord>) => {
      client.setQueryData<InfiniteData<Page, string>>(queryKey, (old) =>
        old && {
          ...old,
          pages: old.pages.map((page) => ({
            ...page,
            data: page.data.map((row) => (row.id === id ? ({ ...row, ...change } as DataRecord) : row)),
          })),
        },
      );
    },
    [client, queryKey],
  );
  return {
    rows, query, patch, loadMore,
    count: data?.pages[0]?.count,
    loading: result.isPending,
    stale: result.isPlaceholderData,
    error: result.error,
    more: hasNextPage,
    loadingMore: isFetchingNextPage,
    refetch: () => void refetch(),
  };
}
