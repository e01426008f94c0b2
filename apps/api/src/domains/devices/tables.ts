import type { ColumnType, Generated } from 'kysely'
import type { DeviceFacts } from './personal.ts'

export interface DevicesTable {
  id: ColumnType<string, string, never>
  organization_id: Generated<string>
  user_id: ColumnType<string, string, never>
  /** base64url SHA-256 of the public key. One installation has a row for each person who signs in on it. */
  key_id: ColumnType<string, string, never>
  /** SubjectPublicKeyInfo, DER. */
  public_key: ColumnType<Buffer, Buffer, never>
  status: 'pending' | 'active' | 'revoked'
  /** Which kind of device it is stays when its person is erased. */
  platform: DeviceFacts['platform']
  key_storage: DeviceFacts['keyStorage']
  /** Sealed: facts and fingerprint. */
  personal: Buffer | null
  /** The device state given last; null before the first. The value is kept as its SHA-256. */
  state_counter: number | null
  state_hash: Buffer | null
  /** Whether the state given last was brought back once. */
  state_used: ColumnType<boolean, boolean | undefined, boolean>
  /** The state before; null once the present one was used. */
  previous_state_counter: number | null
  previous_state_hash: Buffer | null
  enrolled_at: ColumnType<Date, Date, never>
  last_seen_at: Date | null
}

export interface DeviceTables {
  devices: DevicesTable
}
