import type { Transaction } from '../../db/schema.ts'

export interface User {
  readonly id: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly status: 'invited' | 'active' | 'disabled'
  readonly passwordHash: string | null
  readonly createdAt: Date
  readonly lastSignInAt: Date | null
}

const columns = [
  'id',
  'email',
  'first_name as firstName',
  'last_name as lastName',
  'status',
  'password_hash as passwordHash',
  'created_at as createdAt',
  'last_sign_in_at as lastSignInAt',
] as const

const users = (transaction: Transaction) => transaction.selectFrom('users').select(columns).where('deleted_at', 'is', null)

/** Null for an id of nobody, of another organization, or of a user that was deleted. */
export const findUser = async (transaction: Transaction, id: string): Promise<User | null> =>
  (await users(transaction).where('id', '=', id).executeTakeFirst()) ?? null

/** As {@link findUser}; nobody else changes the user until the transaction ends. */
export const lockUser = async (transaction: Transaction, id: string): Promise<User | null> =>
  (await users(transaction).where('id', '=', id).forUpdate().executeTakeFirst()) ?? null

/** `email` in lower case. */
export const findUserByEmail = async (transaction: Transaction, email: string): Promise<User | null> =>
  (await users(transaction).where('email', '=', email).executeTakeFirst()) ?? null

/** By e-mail address, after `after`. */
export const listUsers = (
  transaction: Transaction,
  page: { readonly after: string | null; readonly limit: number },
): Promise<User[]> => {
  const query = users(transaction).orderBy('email').limit(page.limit)
  return (page.after === null ? query : query.where('email', '>', page.after)).execute()
}

export interface NewUser {
  readonly id: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly createdAt: Date
}

/** False when a user of this address exists. */
export const insertUser = async (transaction: Transaction, user: NewUser): Promise<boolean> => {
  const inserted = await transaction
    .insertInto('users')
    .values({
      id: user.id,
      email: user.email,
      first_name: user.firstName,
      last_name: user.lastName,
      status: 'invited',
      password_hash: null,
      created_at: user.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return inserted.numInsertedOrUpdatedRows === 1n
}

export interface UserChange {
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly status?: User['status'] | undefined
  readonly passwordHash?: string | undefined
  readonly lastSignInAt?: Date | undefined
}

export const updateUser = async (transaction: Transaction, id: string, change: UserChange): Promise<void> => {
  const values = {
    ...(change.firstName === undefined ? {} : { first_name: change.firstName }),
    ...(change.lastName === undefined ? {} : { last_name: change.lastName }),
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
