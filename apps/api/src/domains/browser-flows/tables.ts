import type { ColumnType, Generated } from 'kysely'

/** A call as it will be sent; `body` is its text. */
export interface Act {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query. */
  readonly target: string
  readonly body: string
}

type Fixed<Type> = ColumnType<Type, Type, never>

export interface BrowserFlowsTable {
  organization_id: Generated<string>
  /** SHA-256 of what the page's address carries. */
  id_hash: Fixed<Buffer>
  kind: Fixed<'sign-in' | 'invitation' | 'presence'>
  /** null: the code is shown, for the person to bring. */
  redirect_port: Fixed<number | null>
  state: Fixed<string>
  /** PKCE, S256. */
  code_challenge: Fixed<string>
  /** SubjectPublicKeyInfo, DER, of who signs in; null with `presence`, which has a session. */
  device_key: Fixed<Buffer | null>
  session_key: Fixed<Buffer | null>
  /** Sealed: facts of the device, or the act; null with `presence` without one. */
  personal: Fixed<Buffer | null>
  invitation_hash: Fixed<Buffer | null>
  session_id: Fixed<string | null>
  /** Who proved a password; null before. */
  user_id: string | null
  /** At a sign-in the hash that the password was compared with; with an invitation that of the new password. */
  password_hash: string | null
  /** Sealed: names that were typed with an invitation. */
  names_personal: Buffer | null
  /** SHA-256 of what only the page after the password carries. */
  step_hash: Buffer | null
  /** The device that this one stands in for. */
  replaces: string | null
  /** A recovery code was given. */
  recovered: ColumnType<boolean, boolean | undefined, boolean>
  code_hash: Buffer | null
  code_expires_at: Date | null
  expires_at: Fixed<Date>
}

export interface BrowserFlowTables {
  browser_flows: BrowserFlowsTable
}
