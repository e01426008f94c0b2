/** Rows of sessions: beginning one, and showing them. What calls are judged by is read in `standing.ts`. */
import { randomInt, randomUUID } from 'node:crypto'
import { keyIdOf, SallyportError } from '@sallyport/protocol'
import type { session } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { personalColumn } from '../personal-data/index.ts'
import type { Session } from './standing.ts'

/** From where it was begun. */
const place = personalColumn<{ readonly address: string }>('sessions')

export type SessionAnswer = z.infer<typeof session>

const LABEL_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const LABEL_LENGTH = 8
/** Labels are random among 2.8 · 10¹²: a second try is rare, a third does not happen. */
const LABEL_TRIES = 8

const randomLabel = (): string =>
  Array.from({ length: LABEL_LENGTH }, () => LABEL_CHARACTERS[randomInt(LABEL_CHARACTERS.length)]).join('')

export interface NewSession {
  readonly user: string
  readonly device: string
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly address: string
}

export interface CreatedSession {
  readonly id: string
  readonly label: string
  readonly expiresAt: Date
}

/** Throws `conflict` for a key that a session has or had: each sign-in makes a new one. */
export const insertSession = async (transaction: Transaction, session: NewSession): Promise<CreatedSession> => {
  const keyId = await keyIdOf(session.publicKey)
  const { rows } = await sql`select from find_session_by_key(${keyId})`.execute(transaction)
  if (rows.length > 0) throw new SallyportError('conflict', { message: 'The session key was used before.' })
  for (let attempt = 0; attempt < LABEL_TRIES; attempt++) {
    const [id, label] = [randomUUID(), randomLabel()]
    const inserted = await transaction
      .insertInto('sessions')
      .values({
        id,
        label,
        user_id: session.user,
        device_id: session.device,
        key_id: keyId,
        public_key: Buffer.from(session.publicKey),
        status: 'active',
        end_code: null,
        created_at: session.createdAt,
        expires_at: session.expiresAt,
        last_used_at: session.createdAt,
        personal: await place.seal(transaction, { row: id, person: session.user }, { address: session.address }),
      })
      .onConflict((conflict) => conflict.columns(['organization_id', 'label']).doNothing())
      .executeTakeFirst()
    if (inserted.numInsertedOrUpdatedRows === 1n) return { id, label, expiresAt: session.expiresAt }
  }
  throw new SallyportError('internal', { cause: new Error('no free session label') })
}

export interface ListedSession extends Pick<Session, 'id' | 'user' | 'device' | 'label' | 'status'> {
  /** Empty for somebody who was erased. */
  readonly address: string
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly lastUsedAt: Date
}

const listed = (transaction: Transaction) =>
  transaction
    .selectFrom('sessions')
    .select(['id', 'user_id as user', 'device_id as device', 'label', 'status', 'personal'])
    .select(['created_at as createdAt', 'expires_at as expiresAt', 'last_used_at as lastUsedAt'])

type ListedRow = Awaited<ReturnType<ReturnType<typeof listed>['executeTakeFirstOrThrow']>>

const openSessions = async (transaction: Transaction, rows: readonly ListedRow[]): Promise<ListedSession[]> => {
  const places = rows.map(({ id, user, personal }) => ({ row: id, person: user, sealed: personal }))
  const opened = await place.openAll(transaction, places)
  return rows.map(({ personal: _personal, ...row }, index) => ({ ...row, address: opened[index]?.address ?? '' }))
}

/** As lists show it; null for an id of nobody or of another organization. */
export const findListedSession = async (transaction: Transaction, id: string): Promise<ListedSession | null> => {
  const row = await listed(transaction).where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : (await openSessions(transaction, [row]))[0]!
}

interface SessionPage {
  readonly before: { readonly createdAt: string; readonly id: string } | null
  readonly limit: number
  readonly now: number
  readonly onlyActive: boolean
}

/** Newest first, before `before`. */
export const listSessions = async (
  transaction: Transaction,
  { before, limit, now, onlyActive }: SessionPage,
): Promise<ListedSession[]> => {
  const rows = await listed(transaction)
    .$if(onlyActive, (query) => query.where('status', '=', 'active').where('expires_at', '>', new Date(now)))
    .$if(before !== null, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${new Date(before!.createdAt)}, ${before!.id})`),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return openSessions(transaction, rows)
}

/** A session whose time is over is shown as expired before a job has written it down. */
export const answerOfSession = (found: ListedSession, now: number): SessionAnswer => ({
  id: found.id,
  user: found.user,
  device: found.device,
  label: found.label,
  status: found.status === 'active' && found.expiresAt.getTime() <= now ? 'expired' : found.status,
  createdAt: found.createdAt.toISOString(),
  expiresAt: found.expiresAt.toISOString(),
  lastUsedAt: found.lastUsedAt.toISOString(),
  address: found.address,
})
