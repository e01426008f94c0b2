/** What the composition root hands to everything that answers calls. */
import type { Logger } from 'pino'
import type { Pool } from './db/schema.ts'
import type { AuthoritySigner } from './domains/authority/index.ts'

export interface Dependencies {
  /** Connections as the database role `sallyport_api`. */
  readonly pool: Pool
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
  /** How the outside reaches the two listeners: scheme, host and port, without a slash at the end. */
  readonly origins: { readonly public: string; readonly gateway: string }
  readonly authority: AuthoritySigner
}
