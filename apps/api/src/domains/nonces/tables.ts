import type { Generated } from 'kysely'

export interface NonceTables {
  /** Nonces of signed calls that were accepted, kept for longer than such a call could be accepted again. */
  nonces: { organization_id: Generated<string>; nonce: string; expires_at: Date }
}
