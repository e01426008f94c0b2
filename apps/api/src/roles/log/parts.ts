/** What the parts of the log share. */
import type { Logger } from 'pino'
import type { Pool } from '../../db/schema.ts'

export interface LogParts {
  /** Connections as the database role `sallyport_log`. */
  readonly pool: Pool
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
}
