import type { ColumnType, Generated } from 'kysely'

export interface PresenceProofsTable {
  organization_id: Generated<string>
  /** SHA-256. */
  proof_hash: Buffer
  session_id: ColumnType<string, string, never>
  /** Of the one call it is for; null: of any that asks for recent presence. */
  act_digest: Buffer | null
  expires_at: Date
}

export interface PresenceTables {
  presence_proofs: PresenceProofsTable
}
