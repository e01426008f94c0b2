/**
 * Records, newest first, read page by page as they are scrolled, and held only near what is seen; live, what came since is
 * collected apart, so that rows do not move away from somebody who reads them.
 */
import { type Query, useQueries, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import type { SallyportError } from '@sallyport/protocol/errors'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { AppEvent } from '../../shared/app-messages.ts'
import { useBridge } from '../bridge/bridge.ts'
import { heldPages, isSearching, newestPage, rowsOf, type SeenRows, withRead } from './log-pages.ts'
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
/** Newer rows that are kept; when there are more, showing them reads the list anew. */
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
  const { pages, held, read, see, ...state } = usePages({ key, name, query, ask })
  const tail = read[0]?.tail ?? null
  const { newer, show, liveError, overflown } = useNewer<Row>({ key, tail, live: live ? LIVE[name] : null, ask })
  const rows = useMemo(() => {
    const all = Array.from<Row | undefined>({ length: newer.shown.length + rowsOf(pages) })
    const put = (items: readonly Row[], start: number): void => items.forEach((row, at) => (all[start + at] = row))
    put(newer.shown, 0)
    let start = newer.shown.length
    for (const [at, { count }] of pages.entries()) {
      put(read[held.indexOf(at)]?.items ?? [], start)
      start += count ?? 0
    }
    return all
  }, [newer.shown, pages, held, read])
  const queries = useQueryClient()
  const readAgain = useCallback(
    (which: (page: Query) => boolean) => {
      queries.refetchQueries({ queryKey: ['log', name, query], predicate: which }).catch(() => {})
    },
    [queries, name, query],
  )
  const showArrived = useCallback(() => {
    show()
    if (overflown) readAgain(isNewest)
  }, [show, overflown, readAgain])
  const shown = newer.shown.length
  const onSeen = useCallback(
    (first: number, last: number) => see({ first: Math.max(0, first - shown), last: Math.max(0, last - shown) }),
    [see, shown],
  )
  return {
    /** `undefined`: was read and let go, or is on its way. */
    rows,
    isPending: read[0] === undefined && state.error === null,
    searching: state.searching,
    error: state.error ?? liveError,
    updatedAt: state.updatedAt,
    retry: () => readAgain((page) => page.state.status === 'error' || (liveError !== null && isNewest(page))),
    onSeen,
    arrived: newer.arrived.length,
    showArrived,
  }
}

/** The first of the pages: what leads to it is no cursor. */
const isNewest = ({ queryKey }: Query): boolean => queryKey.at(-1) === null

interface PagesNeeds<Name extends LogRoute> {
  readonly key: string
  readonly name: Name
  readonly query: Readonly<Record<string, unknown>>
  readonly ask: (more: Readonly<Record<string, unknown>>) => Promise<LogPage<LogRow<Name>>>
}

/** Rows by which the view must move before it is looked which pages it needs. */
const STEP = 50
const START: SeenRows = { first: 0, last: STEP }

const usePages = <Name extends LogRoute>({ key, name, query, ask }: PagesNeeds<Name>) => {
  const [known, setKnown] = useState({ key, pages: newestPage })
  const [seen, setSeen] = useState(START)
  const before = known.key === key ? known.pages : newestPage
  const held = useMemo(() => heldPages(before, seen), [before, seen])
  const { read, error, updatedAt, isFetching } = useQueries({
    queries: held.map((at) => {
      const cursor = before[at]?.cursor ?? null
      return {
        // What was read stays as it was: nothing but a click, or a new agent, asks again.
        queryKey: ['log', name, query, cursor],
        queryFn: () => ask(cursor === null ? {} : { cursor }),
        gcTime: 0,
      }
    }),
    combine: useCallback(
      (results: readonly UseQueryResult<LogPage<LogRow<Name>>>[]) => ({
        read: results.map(({ data }) => data),
        error: results.find((result) => result.error)?.error ?? null,
        updatedAt: results[0]?.dataUpdatedAt ?? 0,
        isFetching: results.some((result) => result.isFetching),
      }),
      [],
    ),
  })
  const pages = useMemo(
    () =>
      held.reduce((now, at, place) => {
        const page = read[place]
        return page && now[at]?.cursor === before[at]?.cursor
          ? withRead(now, at, { count: page.items.length, next: page.next })
          : now
      }, before),
    [held, read, before],
  )
  useEffect(() => setKnown((kept) => (kept.key === key && kept.pages === pages ? kept : { key, pages })), [key, pages])
  const see = useCallback(
    ({ first, last }: SeenRows) =>
      setSeen((now) => {
        const next = { first: Math.floor(first / STEP) * STEP, last: Math.ceil(last / STEP) * STEP }
        return next.first === now.first && next.last === now.last ? now : next
      }),
    [],
  )
  const isReadingOn = isFetching && held.some((at) => before[at]?.count === null)
  return { pages, held, read, error, updatedAt, see, searching: error === null && (isSearching(pages) || isReadingOn) }
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
      let isMore = false
      try {
        if (!document.hidden) {
          const page = await ask({ since: position })
          if (stopped) return
          position = page.tail
          isMore = page.next !== null
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
      lookIn(toldMeanwhile || isMore ? TOGETHER : live.quiet)
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
  const overflown = newer.arrived.length + newer.shown.length >= MOST_ARRIVED
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
