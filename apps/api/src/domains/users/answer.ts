import type { user } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { rolesOfUsers } from '../roles/index.ts'
import type { User } from './store.ts'

export type UserAnswer = z.infer<typeof user>

/** Users as the API shows them, with their roles. */
export const answersOfUsers = async (transaction: Transaction, users: readonly User[]): Promise<UserAnswer[]> => {
  const roles = await rolesOfUsers(
    transaction,
    users.map((each) => each.id),
  )
  return users.map((each) => ({
    id: each.id,
    email: each.email,
    firstName: each.firstName,
    lastName: each.lastName,
    status: each.status,
    roles: [...(roles.get(each.id) ?? [])],
    createdAt: each.createdAt.toISOString(),
    lastSignInAt: each.lastSignInAt?.toISOString() ?? null,
    ...(each.endsAt === null ? {} : { endsAt: each.endsAt.toISOString() }),
  }))
}
