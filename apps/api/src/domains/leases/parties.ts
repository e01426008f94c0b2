import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { Facts } from '../policy/index.ts'
import { type FactsRow, sessionFact, userStatus } from './facts.ts'

/** A session with its device and user, whatever their standing. Keys are SubjectPublicKeyInfo, DER. */
export interface Parties {
  readonly session: string
  readonly device: string
  readonly user: string
  readonly sessionKey: Uint8Array
  readonly deviceKey: Uint8Array
  readonly standing: Pick<Facts, 'user' | 'session' | 'device'>
}

/** Null when there is no such session, or it is not of this device. */
export const findParties = async (
  transaction: Transaction,
  { session, device }: { readonly session: string; readonly device: string },
): Promise<Parties | null> => {
  const { rows } = await sql<
    Pick<FactsRow, 'session_status' | 'session_end_code' | 'session_expires_at' | 'user_status'> & {
      readonly user_id: string
      readonly device_status: NonNullable<Facts['device']>['status']
      readonly session_key: Buffer
      readonly device_key: Buffer
    }
  >`
    select users.id as user_id, ${userStatus} as user_status, sessions.status as session_status,
      sessions.end_code as session_end_code, sessions.expires_at as session_expires_at, sessions.public_key as session_key,
      devices.status as device_status, devices.public_key as device_key
    from sessions
    join devices on devices.organization_id = sessions.organization_id and devices.id = sessions.device_id
    join users on users.organization_id = sessions.organization_id and users.id = sessions.user_id
    where sessions.id = ${session} and devices.id = ${device}`.execute(transaction)
  const [row] = rows
  if (!row) return null
  return {
    session,
    device,
    user: row.user_id,
    sessionKey: row.session_key,
    deviceKey: row.device_key,
    standing: { user: { status: row.user_status }, session: sessionFact(row), device: { status: row.device_status } },
  }
}
