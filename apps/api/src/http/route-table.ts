/** Which routes a listener serves, each with its handler; whether every route can be served is checked before anything starts. */
import { type Route, type RouteName, routes } from '@sallyport/protocol/api'
import type { AnyContext, SupportedAuthentication } from './context.ts'
import type { Handlers } from './handler.ts'
import type { ParsedInput } from './input.ts'

export type ListenerKind = 'public' | 'gateway'

export interface ServedRoute {
  readonly name: RouteName
  readonly route: Route & { readonly authentication: SupportedAuthentication }
  readonly handle: (context: AnyContext, input: ParsedInput) => Promise<unknown>
}

const supported: readonly string[] = [
  'public',
  'sign-in',
  'two-signature',
  'gateway',
  'service',
] satisfies SupportedAuthentication[]

/** What a type error would say, said again at run time: a table put together elsewhere must not slip through. */
const check = (name: string, route: Route, handler: unknown): void => {
  const problem = ((): string | null => {
    if (route.authentication === undefined) return 'declares no authentication'
    if (!supported.includes(route.authentication)) return `needs authentication that is not served: ${route.authentication}`
    if (route.permission !== null && route.authentication !== 'two-signature') return 'has a permission but no user'
    if (route.presence !== undefined && route.authentication !== 'two-signature') return 'asks for presence but has no user'
    if (route.purposes !== undefined && (route.permission === null || route.presence !== undefined)) {
      return 'is open to service accounts, which have nothing of their own and are nowhere in person'
    }
    if (typeof handler !== 'function') return 'has no handler'
    return null
  })()
  if (problem !== null) throw new Error(`route ${name} ${problem}`)
}

const listenerOf = (route: Route): ListenerKind => (route.authentication === 'gateway' ? 'gateway' : 'public')

/** Throws when a route has no handler, or declares no authentication that is served. */
export const routeTable = (
  handlers: Handlers,
  table: Readonly<Record<string, Route>> = routes,
): Readonly<Record<ListenerKind, readonly ServedRoute[]>> => {
  const served = Object.entries(table).map(([name, route]) => {
    const handler: unknown = handlers[name as RouteName]
    check(name, route, handler)
    // The handler's own types come from the same route: context and input are made by its declaration.
    return { name, route, handle: handler } as ServedRoute
  })
  return {
    public: served.filter(({ route }) => listenerOf(route) === 'public'),
    gateway: served.filter(({ route }) => listenerOf(route) === 'gateway'),
  }
}
