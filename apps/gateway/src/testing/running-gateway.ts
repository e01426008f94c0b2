/** A whole gateway in this process, joined to a played API. */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, makeTemporaryDirectory } from '@sallyport/testkit'
import type { ServeConfig } from '../config.ts'
import { joinGateway } from '../control/join.ts'
import { openStateFolder } from '../control/state-folder.ts'
import { createLogger } from '../logger.ts'
import { type RunningGateway, serve } from '../serve.ts'
import { type EchoAdapter, echoAdapter } from './echo-adapter.ts'
import type { PlayedApi } from './played-api.ts'
import type { PlayedCredential } from './played-vault.ts'

export interface TestGatewayOptions {
  readonly config?: Partial<ServeConfig>
  readonly monotonic?: () => number
  /** Milliseconds that the gateway lies idle between joining and serving. */
  readonly beforeServe?: number
}

export interface TestGateway {
  readonly running: RunningGateway
  readonly adapter: EchoAdapter
  readonly port: number
  readonly state: string
  close(): Promise<void>
}

export const joinPlayed = async (api: PlayedApi, folder: string): Promise<void> => {
  const state = await openStateFolder(folder)
  const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
  await joinGateway({ state, token: api.joinToken, version: '0.0.0', random, clock: Date.now })
  state.release()
}

export const startGateway = async (api: PlayedApi, options: TestGatewayOptions = {}): Promise<TestGateway> => {
  const directory = await makeTemporaryDirectory()
  const state = join(directory.path, 'state')
  await joinPlayed(api, state)
  await pause(options.beforeServe ?? 0)
  const adapter = echoAdapter()
  const port = await freePort()
  const config: ServeConfig = {
    command: 'serve',
    state,
    logLevel: 'silent',
    listen: { host: '127.0.0.1', port },
    allowLoopbackResources: true,
    allowedNetworks: [],
    storeTokens: new Map(),
    spoolLimit: 64 * 1024 * 1024,
    recordingsLimit: 64 * 1024 * 1024,
    drainLimit: 300,
    ...options.config,
  }
  const logger = createLogger(process.env['TEST_LOG'] ?? 'silent')
  const monotonic = options.monotonic === undefined ? {} : { monotonic: options.monotonic }
  const running = await serve({ config, adapters: [adapter], logger, ...monotonic })
  let closed = false
  const close = async (): Promise<void> => {
    if (closed) return
    closed = true
    await running.stop()
    await directory.remove()
  }
  return { running, adapter, port, state, close }
}

/** Adds a credential that the played API leases to everybody. */
export const addCredential = (api: PlayedApi, change: Partial<PlayedCredential> = {}): PlayedCredential => {
  const credential: PlayedCredential = {
    id: randomUUID(),
    resource: randomUUID(),
    endpoint: {
      protocol: 'postgresql',
      host: '127.0.0.1',
      port: 5432,
      tls: { kind: 'authority', certificates: '', serverName: null },
      plaintextAllowed: false,
      weakestAuthentication: 'scram',
    },
    userName: 'reader',
    password: `password-${randomBytes(8).toString('hex')}`,
    strictRecording: false,
    ...change,
  }
  api.credentials.set(credential.id, credential)
  return credential
}
