/** Opens the unlock log that is configured. The client of an object store is loaded only if it is used. */
import { assertNever } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { postgresqlUnlockLog } from './postgresql.ts'
import type { UnlockLogSource } from './source.ts'
import type { UnlockLog } from './unlock-log.ts'

export interface UnlockLogParts {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
}

const connect = async (source: UnlockLogSource, { clock, logger }: UnlockLogParts): Promise<UnlockLog> => {
  switch (source.kind) {
    case 'postgresql':
      return postgresqlUnlockLog(source.url, (error) =>
        logger.warn({ event: 'unlock-log.connection-lost', error: error.message }, 'a connection to the unlock log was lost'),
      )
    case 'object-store': {
      const { objectStoreUnlockLog } = await import('./object-store.ts')
      return objectStoreUnlockLog({ ...source, clock })
    }
    default:
      return assertNever(source)
  }
}

/** Says in the program's log what is wrong with it, if anything is; what can be viewed without it stays viewable. */
export const openUnlockLog = async (source: UnlockLogSource, parts: UnlockLogParts): Promise<UnlockLog> => {
  const log = await connect(source, parts)
  log.examine().then(
    (warning) => {
      if (warning !== null) parts.logger.warn({ event: 'unlock-log.rights' }, warning)
    },
    (error: unknown) =>
      parts.logger.warn(
        { event: 'unlock-log.unexamined', err: error },
        'the unlock log could not be examined: see whether unlocks work',
      ),
  )
  return log
}
