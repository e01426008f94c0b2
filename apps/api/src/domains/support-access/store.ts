import type { ReadPermission, SupportAccess } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { openNames } from '../people/index.ts'
import { personalColumn } from '../personal-data/index.ts'

/** Why it was opened: of the person to whom it was. */
const column = personalColumn<{ readonly reason: string }>('support_accesses')

export interface NewSupportAccess {
  /** The account. */
  readonly user: string
  readonly permissions: readonly ReadPermission[]
  readonly openedBy: string
  readonly reason: string
}

export const insertSupportAccess = async (transaction: Transaction, access: NewSupportAccess): Promise<void> => {
  const { user, permissions, openedBy, reason } = access
  const personal = await column.seal(transaction, { row: user, person: user }, { reason })
  await transaction
    .insertInto('support_accesses')
    .values({ user_id: user, permissions: [...permissions], opened_by: openedBy, personal })
    .execute()
}

/** When it was over, or is by the clock of the database whether or not that was noted. */
const endedAt = sql<Date | null>`
  coalesce(users.deleted_at, case when users.ends_at <= clock_timestamp() then users.ends_at end)`

const accesses = (transaction: Transaction) =>
  transaction
    .selectFrom('support_accesses')
    .innerJoin('users', 'users.id', 'support_accesses.user_id')
    .select(['users.id', 'users.personal as names', 'users.created_at', 'users.ends_at', 'users.last_sign_in_at'])
    .select([
      'support_accesses.permissions',
      'support_accesses.personal',
      'support_accesses.opened_by',
      'support_accesses.ended_by',
    ])
    .select(endedAt.as('ended_at'))

type Row = Awaited<ReturnType<ReturnType<typeof accesses>['executeTakeFirstOrThrow']>>

const open = async (transaction: Transaction, rows: readonly Row[]): Promise<SupportAccess[]> => {
  const names = await openNames(
    transaction,
    rows.map(({ id, names: personal }) => ({ id, personal })),
  )
  const places = rows.map(({ id, personal }) => ({ row: id, person: id, sealed: personal }))
  const reasons = await column.openAll(transaction, places)
  return rows.map((row, index) => ({
    ...names[index]!,
    reason: reasons[index]?.reason ?? '',
    permissions: row.permissions,
    openedAt: row.created_at.toISOString(),
    openedBy: row.opened_by,
    endsAt: row.ends_at!.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBy: row.ended_by,
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
  }))
}

export const findSupportAccess = async (transaction: Transaction, id: string): Promise<SupportAccess | null> => {
  const row = await accesses(transaction).where('users.id', '=', id).executeTakeFirst()
  return row === undefined ? null : (await open(transaction, [row]))[0]!
}

/** Newest first, before `before`. */
export const listSupportAccess = async (
  transaction: Transaction,
  page: { readonly before: { readonly openedAt: string; readonly id: string } | null; readonly limit: number },
): Promise<SupportAccess[]> => {
  const { before, limit } = page
  const query = accesses(transaction).orderBy('users.created_at', 'desc').orderBy('users.id', 'desc').limit(limit)
  const narrowed =
    before === null
      ? query
      : query.where(sql<boolean>`(users.created_at, users.id) < (${new Date(before.openedAt)}, ${before.id}::uuid)`)
  return open(transaction, await narrowed.execute())
}

/** Accounts of support that nobody ended yet; `over`: of those, whose time has come by the clock of the database. */
export const openSupportAccesses = async (transaction: Transaction, { over }: { readonly over: boolean }): Promise<string[]> => {
  const query = transaction
    .selectFrom('users')
    .select('id')
    .where('deleted_at', 'is', null)
    .where('ends_at', 'is not', null)
    .orderBy('ends_at')
    .orderBy('id')
    .limit(100)
  const rows = await (over ? query.where(sql<boolean>`ends_at <= clock_timestamp()`) : query).execute()
  return rows.map(({ id }) => id)
}

export const noteWhoEnded = async (transaction: Transaction, id: string, by: string | null): Promise<void> => {
  await transaction.updateTable('support_accesses').set({ ended_by: by }).where('user_id', '=', id).execute()
}
