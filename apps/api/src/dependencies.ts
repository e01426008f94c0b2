/** What the composition root hands to everything that answers calls. */
import type { Logger } from 'pino'
import type { Pool } from './db/schema.ts'
import type { ActivityKeys } from './domains/activity/index.ts'
import type { Authority, TrustBundles } from './domains/authority/index.ts'
import type { Announcer } from './domains/events/index.ts'
import type { JobIdentities } from './domains/job-identity/index.ts'
import type { ProbeBoard } from './domains/probes/index.ts'
import type { TokenKeyring } from './domains/service-accounts/index.ts'
import type { Passwords } from './domains/sign-in/index.ts'
import type { ErasureLedger } from './files/erasure-ledger.ts'
import type { LogLink, VaultLink } from './links/index.ts'
import type { PartsHealth } from './program/watch-parts.ts'

/** What invitations and join tokens say about how to reach this deployment. */
export interface Contact {
  /** How the outside reaches the listeners: scheme, host and port, without a slash at the end. */
  readonly origins: { readonly public: string; readonly gateway: string; readonly pages: string }
  /** DER of the root of the listeners' certificates, at present; null: web PKI. */
  readonly apiRoot: Uint8Array | null
}

export interface Dependencies {
  /** Connections as the database role `sallyport_api`. */
  readonly pool: Pool
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
  readonly contact: Contact
  readonly authority: Authority
  readonly trustBundles: TrustBundles
  readonly passwords: Passwords
  readonly vault: VaultLink
  readonly log: LogLink
  readonly erasureLedger: Pick<ErasureLedger, 'add'>
  readonly activityKeys: ActivityKeys
  readonly announcer: Announcer
  readonly probes: ProbeBoard
  readonly jobIdentities: JobIdentities
  readonly tokenKeys: TokenKeyring
  readonly partsHealth: () => PartsHealth
}
