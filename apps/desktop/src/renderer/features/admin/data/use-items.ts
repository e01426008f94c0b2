/** A whole list of the API, read page by page: filters see all of it, and names are looked up in it. */
import { MAX_PAGE } from '@sallyport/protocol/api'
import { useEffect, useMemo } from 'react'
import { type ItemOf, type PagedRoute, type RouteInput, usePages } from '../../../data/use-route.ts'

/** Longer lists are cut: 20,000 rows are more than anybody administers by looking at them. */
const MOST_PAGES = 40

export interface Items<Item> {
  readonly items: readonly Item[]
  /** Nothing has been read yet. */
  readonly isPending: boolean
  readonly isUpdating: boolean
  readonly error: unknown
  /** Milliseconds since 1970; 0 before the first answer. */
  readonly updatedAt: number
  readonly retry: () => void
}

interface ReadOptions {
  readonly enabled?: boolean
  /** What narrows the list down already at the API. */
  readonly query?: Readonly<Record<string, string>>
}

export const useItems = <Name extends PagedRoute>(
  name: Name,
  { query: narrowed, ...options }: ReadOptions = {},
): Items<ItemOf<Name>> => {
  const query = usePages(name, { query: { ...narrowed, limit: MAX_PAGE } } as unknown as RouteInput<Name>, options)
  const { data, hasNextPage, isFetching, isError, fetchNextPage, refetch } = query
  const pages = data?.pages.length ?? 0
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && pages < MOST_PAGES) fetchNextPage().catch(() => {})
  }, [hasNextPage, isFetching, isError, fetchNextPage, pages])
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  return {
    items,
    isPending: query.isPending,
    isUpdating: isFetching && !query.isPending,
    error: query.error,
    updatedAt: query.dataUpdatedAt,
    retry: () => void refetch().catch(() => {}),
  }
}
