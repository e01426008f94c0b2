import type { Generated } from 'kysely'

export interface SignInChallengesTable {
  organization_id: Generated<string>
  /** SHA-256. Deleted when used. */
  challenge_hash: Buffer
  expires_at: Date
}

export interface SignInAttemptsTable {
  organization_id: Generated<string>
  /** SHA-256 of what is counted: an account, a device or an address. */
  bucket: Buffer
  failures: number
  window_ends_at: Date
}

export interface SignInTables {
  sign_in_challenges: SignInChallengesTable
  sign_in_attempts: SignInAttemptsTable
}
