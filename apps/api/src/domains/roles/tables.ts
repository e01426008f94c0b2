import type { Permission } from '@sallyport/protocol/api'
import type { ColumnType, Generated } from 'kysely'
import type { BuiltInRole } from './built-in.ts'

export interface RoleTables {
  roles: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    name: string
    description: string
    /** Set for the roles that every organization begins with: their name, and their permissions, are the program's. */
    built_in: ColumnType<BuiltInRole | null, BuiltInRole | null, never>
    permissions: Permission[]
    created_at: ColumnType<Date, Date | undefined, never>
  }
  role_members: {
    organization_id: Generated<string>
    role_id: string
    user_id: string
  }
  role_service_accounts: {
    organization_id: Generated<string>
    role_id: string
    service_account_id: string
  }
  role_credentials: {
    organization_id: Generated<string>
    role_id: string
    credential_id: string
  }
}
