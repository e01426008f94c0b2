import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { personalColumn } from '../personal-data/index.ts'

export interface Grant {
  readonly id: string
  readonly user: string
  readonly credential: string
  /** The device it is for; null: any of the person's. */
  readonly device: string | null
  readonly reason: string
  readonly startsAt: Date
  readonly expiresAt: Date
  readonly createdAt: Date
  /** How it ended; null while it has not, or nobody noted yet that its time is over. */
  readonly ended: 'revoked' | 'expired' | null
}

/** Where a page begins: below the last grant that was seen. */
export interface GrantPosition {
  readonly at: string
  readonly id: string
}

const typed = personalColumn<{ readonly reason: string }>('grants')

const select = (transaction: Transaction) => transaction.selectFrom('grants').selectAll()
type GrantRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

const grantsOfRows = async (transaction: Transaction, rows: readonly GrantRow[]): Promise<Grant[]> => {
  const places = rows.map((row) => ({ row: row.id, person: row.user_id, sealed: row.personal }))
  const opened = await typed.openAll(transaction, places)
  return rows.map((row, index) => ({
    id: row.id,
    user: row.user_id,
    credential: row.credential_id,
    device: row.device_id,
    reason: opened[index]?.reason ?? '',
    startsAt: row.starts_at,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    ended: row.ended,
  }))
}

/** Newest first. */
export const listGrants = async (
  transaction: Transaction,
  { below, limit }: { readonly below: GrantPosition | null; readonly limit: number },
): Promise<Grant[]> => {
  const rows = await select(transaction)
    .$if(below !== null, (query) =>
      query.where(({ eb, refTuple, tuple }) => eb(refTuple('created_at', 'id'), '<', tuple(new Date(below!.at), below!.id))),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return grantsOfRows(transaction, rows)
}

/** Locks it until the transaction ends. */
export const lockGrant = async (transaction: Transaction, id: string): Promise<Grant | null> => {
  const row = await select(transaction).where('id', '=', id).forUpdate().executeTakeFirst()
  return row === undefined ? null : (await grantsOfRows(transaction, [row]))[0]!
}

/** Whose it is and to what. Throws `not_found`. */
export const findGrantParties = async (
  transaction: Transaction,
  id: string,
): Promise<{ readonly user: string; readonly credential: string }> => {
  const row = await select(transaction).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new SallyportError('not_found', { message: 'There is no such grant.' })
  return { user: row.user_id, credential: row.credential_id }
}

/** Locks those whose time is over and of which nobody noted it; leaves out what another replica is just noting. */
export const lockOverdueGrants = async (
  transaction: Transaction,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<Grant[]> => {
  const rows = await select(transaction)
    .where('ended', 'is', null)
    .where('expires_at', '<=', new Date(now))
    .orderBy('expires_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  return grantsOfRows(transaction, rows)
}

export const insertGrant = async (transaction: Transaction, grant: Omit<Grant, 'ended'>): Promise<void> => {
  await transaction
    .insertInto('grants')
    .values({
      id: grant.id,
      user_id: grant.user,
      credential_id: grant.credential,
      device_id: grant.device,
      personal: await typed.seal(transaction, { row: grant.id, person: grant.user }, { reason: grant.reason }),
      starts_at: grant.startsAt,
      expires_at: grant.expiresAt,
      created_at: grant.createdAt,
    })
    .execute()
}

export const endGrant = async (
  transaction: Transaction,
  { id, how, at }: { readonly id: string; readonly how: 'revoked' | 'expired'; readonly at: Date },
): Promise<void> => {
  await transaction.updateTable('grants').set({ ended: how, ended_at: at }).where('id', '=', id).execute()
}
