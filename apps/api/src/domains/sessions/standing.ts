/** Whether a session, its device and its user may act now. */
import { type ErrorCode, isErrorCode, SallyportError } from '@sallyport/protocol'
import { accountStatus } from '../../db/account-status.ts'
import type { Transaction } from '../../db/schema.ts'

export interface Session {
  readonly id: string
  readonly user: string
  readonly device: string
  readonly label: string
  readonly status: 'active' | 'ended' | 'revoked' | 'expired'
  /** Why it is not active any more; null while it is. */
  readonly endCode: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly lastUsedAt: Date
  readonly keyId: string
  /** SubjectPublicKeyInfo of the session key and of the device key. */
  readonly publicKey: Uint8Array
  readonly deviceKeyId: string
  readonly devicePublicKey: Uint8Array
  readonly deviceStatus: 'pending' | 'active' | 'revoked'
  readonly userStatus: 'invited' | 'active' | 'disabled'
  /** Whether it is somebody to whom the organization opened support access. */
  readonly isSupport: boolean
  /** Seconds without a call or open connection after which it ends. */
  readonly idleLimit: number
}

/** Null for an id of nobody or of another organization. Reads only what the vault may read, too. */
export const findSession = async (transaction: Transaction, id: string): Promise<Session | null> => {
  const row = await transaction
    .selectFrom('sessions')
    .innerJoin('devices', 'devices.id', 'sessions.device_id')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .innerJoin('organizations', 'organizations.id', 'sessions.organization_id')
    .select(['sessions.id', 'sessions.user_id', 'sessions.device_id', 'sessions.label', 'sessions.status', 'sessions.end_code'])
    .select(['sessions.created_at', 'sessions.expires_at', 'sessions.last_used_at', 'sessions.key_id', 'sessions.public_key'])
    .select(['devices.key_id as device_key_id', 'devices.public_key as device_public_key', 'devices.status as device_status'])
    .select([accountStatus.as('user_status'), 'users.ends_at as user_ends_at', 'organizations.settings'])
    .where('sessions.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    id: row.id,
    user: row.user_id,
    device: row.device_id,
    label: row.label,
    status: row.status,
    endCode: row.end_code,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    keyId: row.key_id,
    publicKey: new Uint8Array(row.public_key),
    deviceKeyId: row.device_key_id,
    devicePublicKey: new Uint8Array(row.device_public_key),
    deviceStatus: row.device_status,
    userStatus: row.user_status,
    isSupport: row.user_ends_at !== null,
    idleLimit: row.settings.sessionIdleLimit,
  }
}

const codeOfEnd = (session: Session): ErrorCode => {
  if (session.status === 'expired') return 'session_expired'
  if (session.status === 'ended') return 'session_unknown'
  return session.endCode !== null && isErrorCode(session.endCode) ? session.endCode : 'session_revoked'
}

/** The code by which the session is refused; null while it stands. `now` in milliseconds. */
export const sessionStanding = (session: Session, now: number): ErrorCode | null => {
  if (session.userStatus !== 'active') return 'user_disabled'
  if (session.deviceStatus === 'revoked') return 'device_revoked'
  if (session.status !== 'active') return codeOfEnd(session)
  if (session.deviceStatus === 'pending') return 'device_not_approved'
  if (session.expiresAt.getTime() <= now) return 'session_expired'
  if (session.lastUsedAt.getTime() + session.idleLimit * 1000 <= now) return 'session_expired'
  return null
}

/** Throws `session_unknown` or the code of {@link sessionStanding}. `now` in milliseconds. */
export const findLiveSession = async (transaction: Transaction, id: string, now: number): Promise<Session> => {
  const session = await findSession(transaction, id)
  if (session === null) throw new SallyportError('session_unknown')
  const refusal = sessionStanding(session, now)
  if (refusal !== null) throw new SallyportError(refusal)
  return session
}

/** Times between uses that are written down, in milliseconds: idle limits are minutes, and each write costs. */
const TOUCH_INTERVAL = 15_000

/** Notes that the session was used; `now` in milliseconds. */
export const touchSession = async (transaction: Transaction, session: Session, now: number): Promise<void> => {
  if (now - session.lastUsedAt.getTime() < TOUCH_INTERVAL) return
  await transaction
    .updateTable('sessions')
    .set({ last_used_at: new Date(now) })
    .where('id', '=', session.id)
    .where('status', '=', 'active')
    .execute()
}
