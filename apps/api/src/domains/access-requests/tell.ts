import type { AccessRuleTerms, People } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { notifyChange } from '../events/index.ts'

interface Told {
  readonly organization: string
  /** Who asked. */
  readonly user: string
  /** Null: the rule is gone, and with it who decides. */
  readonly terms: AccessRuleTerms | null
}

const membersOf = async (transaction: Transaction, roles: readonly string[]): Promise<string[]> => {
  if (roles.length === 0) return []
  const rows = await transaction.selectFrom('role_members').select('user_id').where('role_id', 'in', roles).execute()
  return rows.map((row) => row.user_id)
}

/** Tells the agents of the person who asked, and of all who decide, that a request changed. */
export const tellAbout = async (transaction: Transaction, { organization, user, terms }: Told): Promise<void> => {
  const groups: People[] = [terms?.approvers, terms?.escalation?.approvers, terms?.emergency?.reviewers].flatMap(
    (group) => group ?? [],
  )
  const members = await membersOf(transaction, [...new Set(groups.flatMap(({ roles }) => roles))])
  const users = [...new Set([user, ...groups.flatMap((group) => group.users), ...members])]
  await notifyChange(transaction, { organization, topic: 'requests', users })
}
