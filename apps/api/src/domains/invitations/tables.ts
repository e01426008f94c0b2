import type { Generated } from 'kysely'

export interface InvitationTables {
  /** One at most for each user; using it deletes it. */
  invitations: {
    id: string
    organization_id: Generated<string>
    user_id: string
    /** SHA-256 of the code. */
    code_hash: Buffer
    created_at: Date
    expires_at: Date
  }
}
