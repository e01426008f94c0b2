/** The agent: names its parts, wires them, and ends them in order. Who owns what: identity, session, tunnels, listeners, faces. */
import { rm } from 'node:fs/promises'
import type { GrantedCredential } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import type { ProfilePaths } from '../local/profile.ts'
import type { LocalEvent } from '../shared/local-event.ts'
import { type AgentWeb, createAgentWeb } from '../web/agent-web.ts'
import { keepOpenFolders } from '../open-in/launch/open-folders.ts'
import { thisSystem } from '../open-in/system/this-system.ts'
import { findPostgresTool } from '../open-in/tools/find-psql.ts'
import type { Presence } from './browser/presence.ts'
import { BrowserTasks } from './browser/tasks.ts'
import { openIdentity } from './identity/identity-store.ts'
import { identifyCaller } from './listeners/caller/identify.ts'
import { Connections } from './listeners/connections.ts'
import { Listeners } from './listeners/listeners.ts'
import { loopbackTls } from './listeners/loopback-tls.ts'
import { openPreferences } from './listeners/preferences.ts'
import { makeRunDirectory } from './listeners/run-directory.ts'
import { LogExporter } from './log-export.ts'
import { answerMethods } from './local-api/methods.ts'
import { LocalServer } from './local-api/server.ts'
import { openFacePreferences } from './program/face-preferences.ts'
import { PageLock } from './program/page-lock.ts'
import { watchForWake } from './program/wake.ts'
import { GrantedCredentials } from './session/granted-credentials.ts'
import { isPassedOn, SessionKeeper, type SessionTopic } from './session/session-keeper.ts'
import { agentStatusOf } from './status.ts'
import { Tunnels } from './tunnel/tunnels.ts'

/** After a session ended, what gateways still tell the tools gets through; milliseconds. */
const FAREWELL = 1_000

export interface AgentOptions {
  readonly paths: ProfilePaths
  readonly passphrase: string | null
  readonly environment: NodeJS.ProcessEnv
  readonly logger: Logger
  /** A face asked for the end. */
  readonly onStop: () => void
}

export interface Agent {
  /** Path of the local API's socket. */
  readonly socket: string
  /** Ends listeners, connections and faces; the session stays for the next start. */
  stop(): Promise<void>
}

/** Throws the coded reason why it could not start. */
export const startAgent = async (options: AgentOptions): Promise<Agent> => {
  const { paths, logger } = options
  const runDirectory = await makeRunDirectory(paths.folder, options.environment)
  const [identity, preferences] = await Promise.all([
    openIdentity(paths.identity, options.passphrase),
    openPreferences(paths.preferences),
  ])
  const keeper = new SessionKeeper(identity, logger)
  const likes = await openFacePreferences(paths.faces, () => tell('preferences'))
  const tell = (event: LocalEvent['event']): void => {
    server.tell({ event })
    web.tell({ event })
  }
  const connections = new Connections(() => tell('connections'))
  let tunnels: Tunnels | null = null

  const listeners = new Listeners({
    preferences,
    connections,
    runDirectory,
    file: paths.listeners,
    tls: await loopbackTls(identity),
    identify: identifyCaller,
    openTunnel: async (request) => {
      keeper.require()
      return tunnels!.open(request)
    },
    tell: async (credential, message) => tunnels?.tell(credential, message),
    onChange: () => tell('credentials'),
    logger,
  })
  const failed = (what: string) => (error: unknown) => logger.error({ event: `${what}.failed`, error }, `${what} failed`)
  const showGranted = (items: readonly GrantedCredential[]): void => {
    tunnels?.pool.keep(new Set(items.map(({ site }) => site)))
    listeners.apply(items).catch(failed('listeners'))
    keepOpenFolders(paths.open, new Set(items.map(({ credential }) => credential))).catch(failed('open-folders'))
  }
  const credentials = new GrantedCredentials({ keeper, logger, onChange: showGranted })
  const status = () => agentStatusOf({ profile: paths.folder, identity, keeper, connections, pool: () => tunnels?.pool ?? null })
  const browser = {
    signIns: new BrowserTasks<void>(),
    presences: new BrowserTasks<Presence>(),
    unlocks: new BrowserTasks<void>(),
  }
  const pageLock = await PageLock.open({
    path: paths.pageLock,
    lockAfter: () => (keeper.state === 'not-enrolled' ? null : likes.current.lockAfter),
    onChange: () => tell('lock'),
  })
  const exporter = new LogExporter({ keeper, logger, onChange: () => tell('log-export') })
  const answer = answerMethods({
    keeper,
    exporter,
    credentials,
    listeners,
    connections,
    browser,
    pageLock,
    status,
    preferences: likes,
    diagnosis: {
      status,
      keeper,
      links: () => tunnels?.pool.links ?? [],
      credentials: () => (keeper.running === null ? [] : listeners.list()),
      proveKeys: () => identity.prove(),
      findPsql: () => findPostgresTool(thisSystem(), 'psql'),
    },
    tellFinding: (event) => {
      server.tell(event)
      web.tell(event)
    },
    log: paths.log,
    serveUi: () => web.invite(),
    woke: () => lookAgain(),
    stop: options.onStop,
  })
  const web: AgentWeb = createAgentWeb({ paths, isLocked: () => pageLock.locked, ask: answer, logger })
  const server = new LocalServer({ paths, runDirectory, answer, logger })

  const replaceTunnels = (): void => {
    const [ended, { running }] = [tunnels, keeper]
    tunnels = running === null ? null : new Tunnels({ session: running, logger, onChange: () => tell('status') })
    if (ended !== null) {
      ended.retire()
      setTimeout(() => ended.close(), FAREWELL)
    }
    // Signed out by the person: nothing is left to connect to. Otherwise the tools are told why.
    if (running === null && identity.document.ended === null) showGranted([])
  }
  const onSession = (topic: SessionTopic): void => {
    if (topic === 'session') replaceTunnels()
    if (topic === 'material') tunnels?.materialChanged()
    tell(isPassedOn(topic) ? topic : 'status')
  }
  // Before those who ask for credentials: they find the tunnels of the session that began.
  keeper.changes.listenFirst(onSession)
  const lookAgain = (): void => {
    logger.info({ event: 'woke' }, 'the computer slept')
    keeper.running?.refresh()
    pageLock.look().catch(failed('lock'))
    tunnels?.pool.check().catch(failed('gateways'))
  }
  const unwatch = watchForWake(lookAgain)

  await server.start()
  await keeper.resume().catch(failed('session'))
  return {
    socket: server.address,
    stop: async () => {
      unwatch()
      credentials.stop()
      browser.signIns.closeAll()
      browser.presences.closeAll()
      browser.unlocks.closeAll()
      pageLock.stop()
      await exporter.cancel()
      await listeners.close()
      connections.endAll()
      await keeper.stop()
      tunnels?.close()
      await web.close()
      await server.close()
      if (runDirectory !== null) await rm(runDirectory, { recursive: true, force: true })
    },
  }
}
