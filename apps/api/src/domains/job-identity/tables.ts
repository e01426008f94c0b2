import type { ColumnType, Generated } from 'kysely'

export interface JobIdentityTables {
  /** Sessions of the organization's job identity, one for each replica and hour; only public keys. */
  job_sessions: {
    organization_id: Generated<string>
    id: ColumnType<string, string, never>
    /** The `job-session` statement: the session's public key, signed by the key of the identity. */
    statement: ColumnType<string, string, never>
    expires_at: ColumnType<Date, Date, never>
  }
}
