/**
 * Records, newest first, read page by page as they are scrolled; live, what came since is collected apart, so that rows do not
 * move away from somebody who reads them.
 */
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import type { SallyportError } from '@sallyport/protocol/errors'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { AppEvent } from '../../shared/app-messages.ts'
import { useBridge } from '../bridge/bridge.ts'
import { callRoute, type RouteAnswer, type RouteInput } from './use-route.ts'

export type LogRoute = 'listActivity' | 'listMyActivity' | 'listAuditEntries'
export type LogRow<Name extends LogRoute> = RouteAnswer<Name>['items'][number]

interface LogPage<Row> {
  readonly items: readonly Row[]
  readonly next: string | null
  readonly tail: string
}

const PAGE = 200
/** Of whom newer rows are told, and the milliseconds without a word after which they are asked for all the same. */
const LIVE = {
  listAuditEntries: { event: 'audit', quiet: 15_000 },
  listActivity: { event: 'activity', quiet: 15_000 },
  // Who may not see everybody's is not told.
  listMyActivity: { event: 'activity', quiet: 2000 },
} as const satisfies Readonly<Record<LogRoute, { readonly event: AppEvent['event']; readonly quiet: number }>>
/** Milliseconds between a word and the question: what comes at once is read at once. */
const TOGETHER = 200
/** As many rows as fill a screen: a search goes on by itself until it has found them or has come to the end. */
const SCREENFUL = 60
/** Newer rows that are kept apart; when there are more, showing them reads the list anew. */
const MOST_ARRIVED = 2000

interface Newer<Row> {
  readonly key: string
  /** Newest first. */
  readonly arrived: readonly Row[]
  readonly shown: readonly Row[]
}

export const useLog = <Name extends LogRoute>(name: Name, query: Readonly<Record<string, unknown>>, live: boolean) => {
  type Row = LogRow<Name>
  const bridge = useBridge()
  const ask = useCallback(
    async (more: Readonly<Record<string, unknown>>): Promise<LogPage<Row>> => {
      const input = { query: { ...query, limit: PAGE, ...more } } as RouteInput<Name>
      return (await callRoute(bridge, { route: name, input })) as unknown as LogPage<Row>
    },
    [bridge, name, query],
  )
  const key = `${name} ${JSON.stringify(query)}`
  const pages = useInfiniteQuery<LogPage<Row>, SallyportError, InfiniteData<LogPage<Row>>, readonly unknown[], string | null>({
    queryKey: ['route', name, 'log', query],
    queryFn: ({ pageParam }) => ask(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
    // A second look begins at the newest again: pages read before would not fit behind it.
    gcTime: 0,
  })
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage, refetch } = pages
  const older = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data])
  const searching = hasNextPage && older.length < SCREENFUL && !isError
  useEffect(() => {
    if (searching && !isFetchingNextPage) fetchNextPage().catch(() => {})
  }, [searching, isFetchingNextPage, fetchNextPage])

  const tail = data?.pages[0]?.tail ?? null
  const { newer, show, liveError, overflown } = useNewer<Row>({ key, tail, live: live ? LIVE[name] : null, ask })
  const rows = useMemo(() => (newer.shown.length === 0 ? older : [...newer.shown, ...older]), [newer.shown, older])
  const fetchMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage().catch(() => {})
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const showArrived = useCallback(() => {
    show()
    if (overflown) refetch().catch(() => {})
  }, [show, overflown, refetch])
  return {
    rows,
    isPending: pages.isPending,
    /** A search that has not found a screenful yet, and looks further back. */
    searching: searching || isFetchingNextPage,
    error: pages.error ?? liveError,
    updatedAt: pages.dataUpdatedAt,
    retry: () => void refetch().catch(() => {}),
    fetchMore,
    arrived: newer.arrived.length,
    showArrived,
  }
}

interface NewerNeeds<Row> {
  readonly key: string
  readonly tail: string | null
  /** null: newer rows are not wanted. */
  readonly live: (typeof LIVE)[LogRoute] | null
  readonly ask: (more: Readonly<Record<string, unknown>>) => Promise<LogPage<Row>>
}

const useNewer = <Row>({ key, tail, live, ask }: NewerNeeds<Row>) => {
  const bridge = useBridge()
  const [kept, setKept] = useState<Newer<Row>>({ key, arrived: [], shown: [] })
  const [liveError, setLiveError] = useState<SallyportError | null>(null)
  const none = useMemo((): Newer<Row> => ({ key, arrived: [], shown: [] }), [key])
  const newer = kept.key === key ? kept : none
  useEffect(() => {
    if (live === null || tail === null) return
    setKept(none)
    let position = tail
    let timer: ReturnType<typeof setTimeout> | undefined
    let asking = false
    let toldMeanwhile = false
    let stopped = false
    const lookIn = (milliseconds: number): void => {
      clearTimeout(timer)
      if (!stopped) timer = setTimeout(() => void look(), milliseconds)
    }
    const look = async (): Promise<void> => {
      asking = true
      toldMeanwhile = false
      try {
        if (!document.hidden) {
          const page = await ask({ since: position })
          if (stopped) return
          position = page.tail
          const arrived = page.items.toReversed()
          setLiveError(null)
          if (arrived.length > 0)
            setKept((before) => ({ ...before, arrived: [...arrived, ...before.arrived].slice(0, MOST_ARRIVED) }))
        }
      } catch (error) {
        if (stopped) return
        setLiveError(error as SallyportError)
      }
      asking = false
      lookIn(toldMeanwhile ? TOGETHER : live.quiet)
    }
    const unsubscribe = bridge.subscribe(({ event }) => {
      if (event !== live.event) return
      toldMeanwhile = true
      if (!asking) lookIn(TOGETHER)
    })
    lookIn(live.quiet)
    return () => {
      stopped = true
      clearTimeout(timer)
      unsubscribe()
    }
  }, [live, tail, ask, none, bridge])
  const overflown = newer.arrived.length >= MOST_ARRIVED
  const show = useCallback(
    () =>
      setKept((before) => ({
        key: before.key,
        arrived: [],
        shown: overflown ? [] : [...before.arrived, ...before.shown],
      })),
    [overflown],
  )
  return { newer, show, liveError, overflown }
}
