/** The keys of a signed call, by their ids, before it is known which organization it belongs to. */
import { sql } from 'kysely'
import type { Pool } from '../../db/schema.ts'

/** SubjectPublicKeyInfo of an enrolled device, in whatever standing; null for a key that no device has. */
export const findDeviceKey = async (pool: Pool, keyId: string): Promise<Uint8Array | null> => {
  const { rows } = await sql<{ key: Buffer | null }>`select find_device_key(${keyId}) as key`.execute(pool)
  const key = rows[0]?.key ?? null
  return key === null ? null : new Uint8Array(key)
}

export interface SessionKey {
  readonly organization: string
  readonly session: string
  readonly publicKey: Uint8Array
}

/** Whose session key this is, in whatever standing; null for a key that no session has. */
export const findSessionKey = async (pool: Pool, keyId: string): Promise<SessionKey | null> => {
  const { rows } = await sql<{ organization_id: string; session_id: string; public_key: Buffer }>`
    select organization_id, session_id, public_key from find_session_by_key(${keyId})`.execute(pool)
  const [row] = rows
  if (row === undefined) return null
  return { organization: row.organization_id, session: row.session_id, publicKey: new Uint8Array(row.public_key) }
}
