/** Calls of the API through the agent, which signs them. */
import { SallyportError } from '@sallyport/protocol'
import { type InputOf, issuePaths, type ResponseOf, type RouteName, type RouteOf, routes } from '@sallyport/protocol/api'
import type { Presence } from './presence.ts'

/** A route without required input may be called by its name alone. */
type ApiArguments<Name extends RouteName> =
  object extends InputOf<RouteOf<Name>> ? [input?: InputOf<RouteOf<Name>>] : [input: InputOf<RouteOf<Name>>]

export type Api = <Name extends RouteName>(route: Name, ...input: ApiArguments<Name>) => Promise<ResponseOf<RouteOf<Name>>>

export const apiThrough =
  ({ call }: Pick<Presence, 'call'>): Api =>
  async (route, ...[input]) => {
    const answer = await call(route, input ?? {})
    const parsed = routes[route].response.safeParse(answer)
    if (parsed.success) return parsed.data as ResponseOf<RouteOf<typeof route>>
    throw new SallyportError('unsupported_version', { details: issuePaths(parsed.error, 'response'), cause: parsed.error })
  }
