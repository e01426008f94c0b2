/**
 * The agent of one profile. `node apps/desktop/src/agent/main.ts [--profile <folder>] [--passphrase-file <file>] [--foreground]`
 *
 * Prints one line of JSON when it listens, or why it could not start; everything else goes to its log. SIGTERM, SIGINT or a face's
 * `stop` end it in good order.
 */
import { SallyportError } from '@sallyport/protocol'
import { collectRarely, giveBackMemory } from '@sallyport/transport'
import type { Logger } from 'pino'
import { makeProfileFolder, profilePaths } from '../local/profile.ts'
import { type Agent, startAgent } from './agent.ts'
import { readArguments } from './program/arguments.ts'
import { takeProfileLock } from './program/lock.ts'
import { createLogger } from './program/logger.ts'
import { clientVersion } from './program/version.ts'

/** Whatever hangs: the person who stops it is not to wait longer, milliseconds. */
const STOP_LIMIT = 5_000
const FAILED = 1

const report = (line: Record<string, unknown>): void => {
  // Whoever started us may not listen any more.
  process.stdout.on('error', () => {})
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

const reportFailure = (thrown: unknown): void => {
  const error = thrown instanceof SallyportError ? thrown : new SallyportError('internal', { cause: thrown })
  report({ event: 'failed', code: error.code, message: error.message })
  process.exitCode = FAILED
  // Nothing is open that is worth waiting for; the line above gets out first.
  process.stdout.end(() => process.exit())
}

const stopOnce = (agent: Promise<Agent>, logger: Logger): (() => void) => {
  let stopping = false
  return () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(FAILED), STOP_LIMIT).unref()
    agent
      .then((started) => started.stop())
      .then(
        () => {
          logger.info({ event: 'stopped' }, 'the agent stopped')
          process.exit(0)
        },
        (error: unknown) => {
          logger.error({ event: 'stop.failed', error }, 'the agent did not stop in good order')
          process.exit(FAILED)
        },
      )
  }
}

const run = async (): Promise<void> => {
  collectRarely()
  const { profile, passphrase, foreground } = await readArguments(process.argv.slice(2), process.env)
  const paths = profilePaths(profile)
  await makeProfileFolder(paths.folder)
  // Held until the process ends: what nobody refers to any more would be collected, and the lock with it.
  const unlock = takeProfileLock(paths.lock)
  process.once('exit', unlock)
  const logger = createLogger(paths.log, { foreground })
  logger.info({ event: 'starting', version: clientVersion, pid: process.pid }, 'the agent starts')
  const crash = (error: unknown): void => {
    logger.fatal({ event: 'crashed', error }, 'the agent crashed')
    process.exit(FAILED)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  try {
    const starting = Promise.withResolvers<Agent>()
    const stop = stopOnce(starting.promise, logger)
    // A moment later, so that the face gets its answer.
    starting.resolve(startAgent({ paths, passphrase, environment: process.env, logger, onStop: () => setImmediate(stop) }))
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    const { socket } = await starting.promise
    logger.info({ event: 'ready' }, 'the agent is ready')
    report({ event: 'ready', socket })
    giveBackMemory()
  } catch (error) {
    logger.error({ event: 'start.failed', error }, 'the agent could not start')
    throw error
  }
}

run().catch(reportFailure)
