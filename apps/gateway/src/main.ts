/** The gateway: `join` once with a token, then `serve`. The only file that names the adapters. */
import { randomBytes } from 'node:crypto'
import { collectRarely, giveBackMemory } from '@sallyport/transport'
import type { Logger } from 'pino'
import type { Adapter } from './adapters/adapter.ts'
import { postgresqlAdapter } from './adapters/postgresql/index.ts'
import { type Config, type JoinConfig, readConfig, usage, UsageError } from './config.ts'
import { joinGateway } from './control/join.ts'
import { openStateFolder } from './control/state-folder.ts'
import { inBackground } from './in-background.ts'
import { createLogger } from './logger.ts'
import { serve } from './serve.ts'
import { version } from './version.ts'

const adapters: readonly Adapter[] = [postgresqlAdapter]

const USAGE_EXIT = 2

const join = async (config: JoinConfig, logger: Logger): Promise<void> => {
  const state = await openStateFolder(config.state)
  try {
    const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
    const { gateway, organization } = await joinGateway({ state, token: config.token, version, random, clock: Date.now })
    logger.info({ event: 'joined', gateway, organization })
  } finally {
    state.release()
  }
}

/** Resolves with what ends the program: a signal, or the API. */
const signalled = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })

const run = async (config: Config, logger: Logger): Promise<void> => {
  if (config.command === 'join') {
    await join(config, logger)
    return
  }
  const signal = signalled()
  const gateway = await serve({ config, adapters, logger })
  process.on('SIGHUP', () => inBackground(gateway.renewCertificate()))
  giveBackMemory()
  const reason = await Promise.race([signal, gateway.stopped])
  logger.info({ event: 'stopping', reason })
  await gateway.stop()
}

const main = async (): Promise<void> => {
  collectRarely()
  // A diagnostic report of the runtime would show settings that are secret, and look up the names of whoever is connected.
  Object.assign(process.report, { excludeEnv: true, excludeNetwork: true })
  let logger = createLogger('info')
  const typed = process.argv.slice(2)
  if (typed.includes('--help')) {
    process.stdout.write(`${usage}\n`)
    process.exit(0)
  }
  try {
    const config = await readConfig(typed, process.env)
    logger = createLogger(config.logLevel)
    process.on('unhandledRejection', (error) => logger.error({ event: 'defect', error }))
    await run(config, logger)
    process.exit(0)
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`${error.message}\n`)
    else logger.fatal({ event: 'failed', error }, error instanceof Error ? error.message : String(error))
    process.exit(error instanceof UsageError ? USAGE_EXIT : 1)
  }
}

await main()
