/** The table of what faces may ask: one handler for each method of the contract, whose input is parsed before and output after. */
import { SallyportError } from '@sallyport/protocol'
import { issuePaths, type Route, type RouteName, routes } from '@sallyport/protocol/api'
import type { z } from 'zod'
import { type AgentStatus, localMethods, type LocalMethodName, type LocalResult } from '../../shared/local-api.ts'
import type { Connections } from '../listeners/connections.ts'
import type { Listeners } from '../listeners/listeners.ts'
import type { GrantedCredentials } from '../session/granted-credentials.ts'
import type { SessionKeeper } from '../session/session-keeper.ts'

export interface MethodServices {
  readonly keeper: SessionKeeper
  readonly credentials: GrantedCredentials
  readonly listeners: Listeners
  readonly connections: Connections
  readonly status: () => AgentStatus
  /** Ends the program, after the answer. */
  readonly stop: () => void
}

type Handlers = {
  readonly [Name in LocalMethodName]: (params: z.output<(typeof localMethods)[Name]['params']>) => Promise<LocalResult<Name>>
}

/** Routes that belong to the agent itself: called by others they would put it out of step with the API. */
const ownRoutes: ReadonlySet<RouteName> = new Set<RouteName>(['signIn', 'acceptInvitation', 'renewSession', 'endSession'])

const handlersOf = (services: MethodServices): Handlers => {
  const { keeper, credentials, listeners, connections, status } = services
  /** The listeners of what is granted; throws while nobody is signed in. */
  const granted = async (): Promise<Listeners> => {
    await credentials.list()
    return listeners
  }
  return {
    status: async () => status(),
    enrol: async (params) => {
      await keeper.enrol(params)
      await credentials.refresh()
      return status()
    },
    signIn: async (params) => {
      await keeper.signIn(params)
      await credentials.refresh()
      return status()
    },
    signOut: async () => {
      await keeper.signOut()
      return status()
    },
    credentials: async () => ({ items: [...(await granted()).list()] }),
    connect: async ({ name }) => (await granted()).connect(name),
    disconnect: async ({ name }) => (await granted()).disconnect(name),
    setPort: async ({ name, port }) => (await granted()).setPort(name, port),
    connections: async () => ({ items: [...connections.list()] }),
    endConnection: async ({ id }) => {
      connections.end(id)
      return {}
    },
    api: async ({ route, input }) => callRoute(keeper, route, input),
    trust: async () => keeper.requireTrust(),
    subscribe: async () => ({}),
    stop: async () => {
      services.stop()
      return {}
    },
  }
}

const callRoute = async (keeper: SessionKeeper, name: RouteName, input: unknown): Promise<unknown> => {
  const { authentication }: Route = routes[name]
  if (ownRoutes.has(name) || (authentication !== 'two-signature' && authentication !== 'public')) {
    throw new SallyportError('forbidden', { message: `The agent does not call ${name} for others.` })
  }
  // The client checks the input by the route's own schemas.
  const call = keeper.call as (route: RouteName, given: unknown) => Promise<unknown>
  return call(name, input ?? {})
}

/** Parses, runs, parses again. Throws `invalid_request` for parameters that do not fit. */
export const answerMethods = (services: MethodServices): ((method: LocalMethodName, params: unknown) => Promise<unknown>) => {
  const handlers = handlersOf(services)
  return async (method, params) => {
    const contract: { readonly params: z.ZodType; readonly result: z.ZodType } = localMethods[method]
    const parsed = contract.params.safeParse(params ?? {})
    if (!parsed.success) throw new SallyportError('invalid_request', { details: issuePaths(parsed.error, 'params') })
    const handler = handlers[method] as (given: unknown) => Promise<unknown>
    return contract.result.parse(await handler(parsed.data))
  }
}
