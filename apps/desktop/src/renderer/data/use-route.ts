/** Routes of the API, called through the agent, which signs. */
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { InputOf, ResponseOf, RouteName, RouteOf } from '@sallyport/protocol/api'
import { useMemo } from 'react'
import type { SallyportError } from '@sallyport/protocol/errors'
import type { Bridge } from '../bridge/bridge.ts'
import { useBridge } from '../bridge/bridge.ts'
import { usePresence } from './presence.tsx'

export type RouteInput<Name extends RouteName> = InputOf<RouteOf<Name>>
export type RouteAnswer<Name extends RouteName> = ResponseOf<RouteOf<Name>>

interface RouteCall<Name extends RouteName> {
  readonly route: Name
  readonly input: RouteInput<Name>
  /** The proof that the person is there, where the route wants one. */
  readonly presence?: string
}

export const callRoute = async <Name extends RouteName>(bridge: Bridge, call: RouteCall<Name>) =>
  (await bridge.call('api', call)) as RouteAnswer<Name>

interface ReadOptions {
  readonly enabled?: boolean
}

/** The answer of a route that only reads. */
export const useRoute = <Name extends RouteName>(name: Name, input: RouteInput<Name>, options: ReadOptions = {}) => {
  const bridge = useBridge()
  return useQuery<RouteAnswer<Name>, SallyportError>({
    queryKey: ['route', name, input],
    queryFn: () => callRoute(bridge, { route: name, input }),
    enabled: options.enabled ?? true,
  })
}

/** Names of the routes whose answer is a page. */
export type PagedRoute = {
  [Name in RouteName]: RouteAnswer<Name> extends { readonly items: readonly unknown[]; readonly next: string | null }
    ? Name
    : never
}[RouteName]
export type ItemOf<Name extends PagedRoute> = RouteAnswer<Name> extends { readonly items: readonly (infer Item)[] } ? Item : never

interface AnyPage<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** A list that is read page by page as it is scrolled. `items` are those read so far. */
export const usePages = <Name extends PagedRoute>(name: Name, input: RouteInput<Name>, options: ReadOptions = {}) => {
  const bridge = useBridge()
  const query = useInfiniteQuery<
    AnyPage<ItemOf<Name>>,
    SallyportError,
    InfiniteData<AnyPage<ItemOf<Name>>>,
    readonly unknown[],
    string | null
  >({
    // Apart from the answer of one call: pages are kept in another form.
    queryKey: ['route', name, 'pages', input],
    queryFn: async ({ pageParam }) => {
      const paged = pageParam === null ? input : withCursor(input, pageParam)
      return (await callRoute(bridge, { route: name, input: paged })) as unknown as AnyPage<ItemOf<Name>>
    },
    initialPageParam: null,
    getNextPageParam: ({ next }) => next,
    enabled: options.enabled ?? true,
    placeholderData: keepPreviousData,
  })
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  return { ...query, items }
}

const withCursor = <Input>(input: Input, cursor: string): Input => {
  const { query } = input as { readonly query?: Readonly<Record<string, unknown>> }
  return { ...input, query: { ...query, cursor } }
}

/**
 * A route that changes something. Where the API wants to know that it is really the person, their browser opens, and the call is
 * made once more when they have confirmed. `refresh` names what was read before and is now asked again.
 */
export const useChange = <Name extends RouteName>(name: Name, refresh: readonly RouteName[] = []) => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const presence = usePresence()
  return useMutation<RouteAnswer<Name>, SallyportError, RouteInput<Name>>({
    mutationFn: (input) =>
      presence.confirming({ route: name, input }, (proof) =>
        callRoute(bridge, { route: name, input, ...(proof === null ? {} : { presence: proof }) }),
      ),
    onSettled: () => Promise.all(refresh.map((route) => queries.invalidateQueries({ queryKey: ['route', route] }))),
  })
}
