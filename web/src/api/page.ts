import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from './api-context.ts';

/** A keyset page of the contract. */
export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next?: string | undefined;
  readonly total?: number | undefined;
}

/** A list that grows as one scrolls. */
export interface GrowingList<Row> {
  readonly rows: readonly Row[];
  /** Of all rows that the filter leaves; undefined while unknown. */
  readonly total: number | undefined;
  readonly error: Error | null;
  readonly isLoading: boolean;
  /** The rows shown are those of the question before. */
  readonly isChanging: boolean;
  /** The server has newer rows than those shown. */
  readonly isOutdated: boolean;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly refresh: () => void;
}

const rowsAPage = 200;

/**
 * Asks for a list page by page. Lists never go stale by themselves and are not fetched again behind the reader's back:
 * a live event marks them outdated, and the page decides when rows may move (see DataTable).
 */
export function useGrowingList<Row>(key: readonly unknown[], path: string, query: object = {}): GrowingList<Row> {
  const api = useApi();
  const result = useInfiniteQuery({
    queryKey: [...key, 'list', query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Row>>(path, { limit: rowsAPage, ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: true,
  });
  const rows = useMemo(() => result.data?.pages.flatMap((page) => page.items) ?? [], [result.data]);
  return {
    rows,
    total: result.data?.pages[0]?.total ?? (result.data && !result.hasNextPage ? rows.length : undefined),
    error: result.error,
    isLoading: result.isPending,
    isChanging: result.isPlaceholderData,
    isOutdated: result.isStale && !result.isFetching && !result.isPending,
    hasMore: result.hasNextPage,
    isLoadingMore: result.isFetchingNextPage,
    loadMore: () => {
      if (result.hasNextPage && !result.isFetching) void result.fetchNextPage();
    },
    refresh: () => void result.refetch(),
  };
}

/** Rows that came along whole, as a list that has nothing more to fetch. */
export function wholeList<Row>(rows: readonly Row[]): GrowingList<Row> {
  return {
    rows,
    total: rows.length,
    error: null,
    isLoading: false,
    isChanging: false,
    isOutdated: false,
    hasMore: false,
    isLoadingMore: false,
    loadMore: () => {},
    refresh: () => {},
  };
}
