/** What the parts of the vault share. */
import type { Logger } from 'pino'
import type { Pool } from '../../db/schema.ts'
import type { Kms } from '../../kms/kms.ts'
import type { LogLink } from '../../links/index.ts'

export interface VaultParts {
  /** Connections as the database role `sallyport_vault`. */
  readonly pool: Pool
  readonly kms: Kms
  readonly log: LogLink
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
}
