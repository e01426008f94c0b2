import type { ColumnType, Generated } from 'kysely'

export interface UsersTable {
  id: ColumnType<string, string, never>
  organization_id: Generated<string>
  /** From which, with the organization's key, the person's key of personal data is made; null: erased. */
  seed: Buffer | null
  /** By which the account of an e-mail address is found; random once the person was erased. */
  email_index: Buffer
  /** Sealed: e-mail address and names. */
  personal: Buffer | null
  status: 'invited' | 'active' | 'disabled'
  /** argon2id in PHC form; null before the first password and after deletion. */
  password_hash: string | null
  created_at: ColumnType<Date, Date, never>
  last_sign_in_at: Date | null
  /** Deleted users stay as what log and activity refer to; nothing lists them. */
  deleted_at: Date | null
  /** When it ends by itself; never moved later. null: it has no end, as every account has that is not for support access. */
  ends_at: ColumnType<Date | null, Date | null | undefined, Date>
}

export interface UserTables {
  users: UsersTable
}
