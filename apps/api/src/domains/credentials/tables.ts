import type { ColumnType, Generated, JSONColumnType } from 'kysely'

export interface CredentialTables {
  credentials: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    resource_id: ColumnType<string, string, never>
    secret_id: string
    name: string
    user_name: string
    databases: JSONColumnType<string[]>
    port: number
    /** One person uses it at a time. */
    exclusive: Generated<boolean>
    created_at: ColumnType<Date, Date, never>
  }
  /** Which port each credential name was ever given, so that one that comes back gets it again and no other gets it soon. */
  credential_ports: {
    organization_id: Generated<string>
    port: number
    /** `resource/credential`. */
    name: string
    /** Null while a credential has it. */
    released_at: Date | null
  }
}
