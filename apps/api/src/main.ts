/** The central API. `main.ts serve | migrate | rotate-root | bootstrap … | unlock-log-sql …`; see config.ts for what can be set. */
import { assertNever, SallyportError } from '@sallyport/protocol'
import { type Logger, pino } from 'pino'
import { type Command, readCommand, usage } from './config/command.ts'
import { ConfigError } from './config/config-error.ts'
import { type Config, readConfig } from './config.ts'
import { makeDataDirectory } from './files/data-directory.ts'
import { bootstrap } from './program/bootstrap.ts'
import { migrateDatabase, startDatabase } from './program/database.ts'
import { rotateRoot } from './program/rotate-root.ts'
import { startProgram } from './program/serve.ts'
import { unlockLogSql } from './unlock-log/setup-sql.ts'
import { version } from './version.ts'

const STANDARD_OUTPUT = 1
const STANDARD_ERROR = 2

/** Milliseconds for calls under way to end; then the program ends without them. */
const STOP_LIMIT = 15_000

/** Names of fields that must never get into the log, should one be logged by mistake. */
const secretFields = [
  'password',
  'connectionString',
  'passphrase',
  'credential',
  'code',
  'secret',
  'token',
  'share',
  'privateKey',
]

const createLogger = (config: Config, destination: number): Logger =>
  pino(
    {
      level: config.logLevel,
      base: { program: 'api', pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
      redact: { paths: secretFields.filter((name) => name !== 'code').map((name) => `*.${name}`), censor: '[secret]' },
    },
    pino.destination({ dest: destination, sync: true }),
  )

/** Ends with 0 after SIGTERM or SIGINT, with 1 when the database ended by itself or stopping took too long. */
const serve = async (config: Config): Promise<void> => {
  const logger = createLogger(config, STANDARD_OUTPUT)
  const interrupted = Promise.withResolvers<string>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => interrupted.resolve(signal))
  const program = await startProgram({ config, clock: Date.now, logger })
  const { api, served } = program
  logger.info(
    {
      event: 'ready',
      version,
      roles: config.roles,
      ...(api ? { origins: api.contact.origins, addresses: api.addresses } : {}),
      served,
    },
    'ready',
  )
  const reason = await Promise.race([interrupted.promise, program.databaseEnded.then(() => 'database')])
  logger.info({ event: 'stopping', reason }, 'stopping')
  const late = setTimeout(() => {
    logger.error({ event: 'stop.late' }, 'calls under way did not end in time')
    process.exit(1)
  }, STOP_LIMIT)
  await program.stop()
  clearTimeout(late)
  logger.info({ event: 'stopped' }, 'stopped')
  if (reason === 'database') process.exitCode = 1
}

const migrateOnly = async (config: Config): Promise<void> => {
  const logger = createLogger(config, STANDARD_OUTPUT)
  await makeDataDirectory(config.dataDirectory)
  const server = await startDatabase(config, logger)
  try {
    await migrateDatabase(config, server, logger)
  } finally {
    await server.stop()
  }
}

const run = async (command: Exclude<Command, { name: 'help' }>, config: Config): Promise<void> => {
  switch (command.name) {
    case 'serve':
      return serve(config)
    case 'migrate':
      return migrateOnly(config)
    case 'unlock-log-sql':
      process.stdout.write(unlockLogSql(command.login))
      return
    case 'rotate-root':
      process.stdout.write(
        `${JSON.stringify(await rotateRoot({ config, clock: Date.now, logger: createLogger(config, STANDARD_ERROR) }))}\n`,
      )
      return
    case 'bootstrap': {
      // Only the answer goes to standard output: programs read it.
      const logger = createLogger(config, STANDARD_ERROR)
      const answer = await bootstrap({ config, clock: Date.now, logger }, command)
      process.stdout.write(`${JSON.stringify(answer)}\n`)
      return
    }
    default:
      assertNever(command)
  }
}

/** What the person who started the program is told: also why something that it stands on is not available. */
const explain = (error: unknown): string => {
  if (error instanceof ConfigError) return error.message
  if (error instanceof SallyportError) {
    const why = error.kind === 'unavailable' && error.cause instanceof Error ? { cause: error.cause.message } : {}
    return JSON.stringify({ error: error.toBody(), ...why })
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

// A diagnostic report of the runtime would show settings that are secret, and look up the names of whoever is connected.
Object.assign(process.report, { excludeEnv: true, excludeNetwork: true })
try {
  const command = readCommand(process.argv.slice(2))
  if (command.name === 'help') process.stdout.write(`${usage}\n`)
  else await run(command, readConfig(process.env))
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = error instanceof ConfigError ? 2 : 1
}
