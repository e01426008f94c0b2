/** The table of what faces may ask: one handler for each method of the contract, whose input is parsed before and output after. */
import { SallyportError } from '@sallyport/protocol'
import { type CallOptions, issuePaths, type Route, type RouteName, routes } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { FindingEvent } from '../../shared/diagnosis.ts'
import { type AgentStatus, localMethods, type LocalMethodName, type LocalResult } from '../../shared/local-api.ts'
import { beginPresence, type Presence } from '../browser/presence.ts'
import type { BrowserTasks } from '../browser/tasks.ts'
import { beginUnlock } from '../browser/unlock.ts'
import { makeBundle } from '../diagnosis/bundle.ts'
import { logLines } from '../diagnosis/log-lines.ts'
import { type DiagnosisSources, examine } from '../diagnosis/examine.ts'
import type { Connections } from '../listeners/connections.ts'
import type { Listeners } from '../listeners/listeners.ts'
import type { LogExporter } from '../log-export.ts'
import type { FacePreferencesStore } from '../program/face-preferences.ts'
import type { PageLock } from '../program/page-lock.ts'
import { findOrganization } from '../session/first-contact.ts'
import type { GrantedCredentials } from '../session/granted-credentials.ts'
import type { SessionKeeper } from '../session/session-keeper.ts'

export interface MethodServices {
  readonly keeper: SessionKeeper
  readonly credentials: GrantedCredentials
  readonly listeners: Listeners
  readonly connections: Connections
  readonly browser: {
    readonly signIns: BrowserTasks<void>
    readonly presences: BrowserTasks<Presence>
    readonly unlocks: BrowserTasks<void>
  }
  readonly pageLock: PageLock
  readonly exporter: LogExporter
  readonly status: () => AgentStatus
  readonly preferences: FacePreferencesStore
  readonly diagnosis: DiagnosisSources
  /** Tells subscribers what was found so far. */
  readonly tellFinding: (event: FindingEvent) => void
  /** Path of the log. */
  readonly log: string
  /** An address for a page in a browser. */
  readonly serveUi: () => Promise<string>
  /** A face noticed that the computer slept. */
  readonly woke: () => void
  /** Ends the program, after the answer. */
  readonly stop: () => void
}

type Handlers = {
  readonly [Name in LocalMethodName]: (params: z.output<(typeof localMethods)[Name]['params']>) => Promise<LocalResult<Name>>
}

/** Routes that belong to the agent itself: called by others they would put it out of step with the API. */
const ownRoutes: ReadonlySet<RouteName> = new Set<RouteName>([
  'signIn',
  'acceptInvitation',
  'renewSession',
  'endSession',
  'beginPresence',
  'finishPresence',
])

const handlersOf = (services: MethodServices): Handlers => {
  const { keeper, credentials, listeners, connections, browser, pageLock, exporter, status } = services
  const tasks = [browser.signIns, browser.presences, browser.unlocks]
  /** The listeners of what is granted; throws while nobody is signed in. */
  const granted = async (): Promise<Listeners> => {
    await credentials.list()
    return listeners
  }
  return {
    status: async () => status(),
    findOrganization: ({ address }) => findOrganization(address),
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
    beginSignIn: async (params) => browser.signIns.add(await keeper.beginBrowserSignIn(params)),
    awaitSignIn: async ({ id }) => {
      await browser.signIns.take(id)
      await credentials.refresh()
      return status()
    },
    beginPresence: async ({ call, paste }) => {
      const intended = call === null ? null : { route: call.route, input: call.input }
      return browser.presences.add(await beginPresence(keeper.require(), { call: intended, paste }))
    },
    awaitPresence: async ({ id }) => browser.presences.take(id),
    giveCode: async ({ id, code }) => {
      if (!tasks.some((each) => each.give(id, code))) throw new SallyportError('not_found')
      return {}
    },
    cancelBrowser: async ({ id }) => {
      for (const each of tasks) each.cancel(id)
      return {}
    },
    signOut: async () => {
      await keeper.signOut()
      return status()
    },
    renew: async () => {
      await keeper.require().renew()
      return status()
    },
    lockState: async () => ({ locked: pageLock.locked }),
    lock: async () => {
      if (keeper.state === 'not-enrolled') throw new SallyportError('not_enrolled')
      await pageLock.lock()
      return { locked: pageLock.locked }
    },
    beginUnlock: async ({ paste }) => browser.unlocks.add(await beginUnlock(keeper, paste)),
    awaitUnlock: async ({ id }) => {
      await browser.unlocks.take(id)
      await pageLock.unlock()
      return { locked: pageLock.locked }
    },
    used: async () => {
      pageLock.used()
      return {}
    },
    credentials: async () => ({ items: [...(await granted()).list()] }),
    connect: async ({ name }) => (await granted()).connect(name),
    disconnect: async ({ name }) => (await granted()).disconnect(name),
    setPort: async ({ name, port }) => (await granted()).setPort(name, port),
    connections: async () => ({ items: [...connections.list()] }),
    path: ({ connection }) => connections.path(connection),
    endConnection: async ({ id }) => {
      connections.end(id)
      return {}
    },
    api: async ({ route, input, presence }) => callRoute(keeper, route, { input, presence }),
    trust: async () => keeper.requireTrust(),
    serveUi: async () => ({ url: await services.serveUi() }),
    diagnose: ({ run }) =>
      examine(services.diagnosis, (finding) => {
        if (run !== undefined) services.tellFinding({ event: 'finding', run, finding })
      }),
    bundle: async () => makeBundle(await examine(services.diagnosis), services.log),
    log: async () => ({ lines: await logLines(services.log) }),
    writeLogExport: ({ folder }) => exporter.begin(folder),
    logExport: async () => ({ export: exporter.current }),
    cancelLogExport: async () => {
      await exporter.cancel()
      return {}
    },
    preferences: async () => services.preferences.current,
    setPreferences: (changes) => services.preferences.change(changes),
    subscribe: async () => ({}),
    woke: async () => {
      services.woke()
      return {}
    },
    stop: async () => {
      services.stop()
      return {}
    },
  }
}

interface GivenCall {
  readonly input: unknown
  readonly presence: string | undefined
}

const callRoute = async (keeper: SessionKeeper, name: RouteName, { input, presence }: GivenCall): Promise<unknown> => {
  const { authentication }: Route = routes[name]
  if (ownRoutes.has(name) || (authentication !== 'two-signature' && authentication !== 'public')) {
    throw new SallyportError('forbidden', { message: `The agent does not call ${name} for others.` })
  }
  // The client checks the input by the route's own schemas.
  const call = keeper.call as (route: RouteName, given: unknown, options: CallOptions) => Promise<unknown>
  return call(name, input ?? {}, presence === undefined ? {} : { presence })
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
