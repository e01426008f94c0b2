import { sql } from 'kysely'
import { accountStatus } from '../../db/account-status.ts'
import type { Transaction } from '../../db/schema.ts'
import { emailIndexOf, openNames, peopleInOrder, type PersonNames, sealNames, type SealedNames } from '../people/index.ts'
import { seedOfNewPerson } from '../personal-data/index.ts'

export interface User extends PersonNames {
  readonly id: string
  readonly status: 'invited' | 'active' | 'disabled'
  readonly passwordHash: string | null
  readonly createdAt: Date
  readonly lastSignInAt: Date | null
  /** When it ends by itself, as support access does; null: never. */
  readonly endsAt: Date | null
}

const columns = [
  'id',
  'personal',
  'password_hash as passwordHash',
  'created_at as createdAt',
  'last_sign_in_at as lastSignInAt',
  'ends_at as endsAt',
] as const

const users = (transaction: Transaction) =>
  transaction.selectFrom('users').select(columns).select(accountStatus.as('status')).where('deleted_at', 'is', null)

type Row = SealedNames & Omit<User, keyof PersonNames>

const userOf = (row: Row, { email, firstName, lastName }: PersonNames): User => ({
  id: row.id,
  email,
  firstName,
  lastName,
  status: row.status,
  passwordHash: row.passwordHash,
  createdAt: row.createdAt,
  lastSignInAt: row.lastSignInAt,
  endsAt: row.endsAt,
})

const usersOfRows = async (transaction: Transaction, rows: readonly Row[]): Promise<User[]> => {
  const names = await openNames(transaction, rows)
  return rows.map((row, index) => userOf(row, names[index]!))
}

const userOfRow = async (transaction: Transaction, row: Row | undefined): Promise<User | null> =>
  row === undefined ? null : (await usersOfRows(transaction, [row]))[0]!

/** Null for an id of nobody, of another organization, or of a user that was deleted. */
export const findUser = async (transaction: Transaction, id: string): Promise<User | null> =>
  userOfRow(transaction, await users(transaction).where('id', '=', id).executeTakeFirst())

/** As {@link findUser}; nobody else changes the user until the transaction ends. */
export const lockUser = async (transaction: Transaction, id: string): Promise<User | null> =>
  userOfRow(transaction, await users(transaction).where('id', '=', id).forUpdate().executeTakeFirst())

/** `email` in lower case. */
export const findUserByEmail = async (transaction: Transaction, email: string): Promise<User | null> => {
  const index = await emailIndexOf(transaction, email)
  return userOfRow(transaction, await users(transaction).where('email_index', '=', index).executeTakeFirst())
}

/** By e-mail address, after `after`. */
export const listUsers = async (
  transaction: Transaction,
  page: { readonly after: string | null; readonly limit: number },
): Promise<User[]> => {
  const people = await peopleInOrder(transaction, page)
  if (people.length === 0) return []
  const ids = people.map(({ id }) => id)
  const rows = await users(transaction)
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return people.flatMap((person) => {
    const row = byId.get(person.id)
    return row === undefined ? [] : [userOf(row, person)]
  })
}

export interface NewUser extends PersonNames {
  readonly id: string
  readonly createdAt: Date
  /** null, or absent: never. */
  readonly endsAt?: Date | null
}

/** False when a user of this address exists. */
export const insertUser = async (transaction: Transaction, user: NewUser): Promise<boolean> => {
  const inserted = await transaction
    .insertInto('users')
    .values({
      id: user.id,
      seed: await seedOfNewPerson(transaction, user.id),
      ...(await sealNames(transaction, user.id, user)),
      status: 'invited',
      password_hash: null,
      created_at: user.createdAt,
      ends_at: user.endsAt ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return inserted.numInsertedOrUpdatedRows === 1n
}

export interface UserChange {
  /** All of them: they are one value. */
  readonly names?: PersonNames | undefined
  readonly status?: User['status'] | undefined
  readonly passwordHash?: string | undefined
  readonly lastSignInAt?: Date | undefined
}

export const updateUser = async (transaction: Transaction, id: string, change: UserChange): Promise<void> => {
  const values = {
    ...(change.names === undefined ? {} : await sealNames(transaction, id, change.names)),
    ...(change.status === undefined ? {} : { status: change.status }),
    ...(change.passwordHash === undefined ? {} : { password_hash: change.passwordHash }),
    ...(change.lastSignInAt === undefined ? {} : { last_sign_in_at: change.lastSignInAt }),
  }
  if (Object.keys(values).length > 0) await transaction.updateTable('users').set(values).where('id', '=', id).execute()
}

/** What log and activity refer to stays; nothing lists it, and nothing signs in with it. */
export const markUserDeleted = async (transaction: Transaction, id: string, now: Date): Promise<void> => {
  await transaction
    .updateTable('users')
    .set({ status: 'disabled', password_hash: null, deleted_at: now })
    .where('id', '=', id)
    .execute()
}
