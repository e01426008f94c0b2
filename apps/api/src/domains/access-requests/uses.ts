/** What somebody did with an access, in short: counted from the records of activity, which are not opened for it. */
import { type AccessUse, MAX_COUNTED_STATEMENTS } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { AccessRequestRow } from './store.ts'

interface Period {
  readonly user: string
  readonly credential: string
  readonly from: Date
  readonly to: Date
}

/** What is done between a connection's opening and its close. */
const notStatements = ['connection.opened', 'connection.closed', 'cancel']

const useIn = async (transaction: Transaction, { user, credential, from, to }: Period): Promise<AccessUse> => {
  const { rows } = await sql<{ statements: string; last: Date | null }>`
    select count(*) as statements, max(at) as last from (
      select at from activity
      where user_id = ${user} and credential_id = ${credential} and at >= ${from} and at <= ${to}
        and kind not in (${sql.join(notStatements)})
      order by at desc limit ${MAX_COUNTED_STATEMENTS}) as newest`.execute(transaction)
  const [row] = rows
  return {
    startsAt: from.toISOString(),
    endsAt: to.toISOString(),
    statements: Number(row?.statements ?? 0),
    lastActivityAt: row?.last?.toISOString() ?? null,
  }
}

/** When the access of a request ended or ends. */
export const endOfAccess = ({ closesAt, grantEndedAt, closedAt }: AccessRequestRow): Date | null =>
  closesAt === null
    ? null
    : new Date(Math.min(...[closesAt, grantEndedAt, closedAt].map((at) => at?.getTime() ?? Number.POSITIVE_INFINITY)))

/** Under this request; null before it opened. */
export const useOfRequest = async (
  transaction: Transaction,
  request: AccessRequestRow,
  now: number,
): Promise<AccessUse | null> => {
  const to = endOfAccess(request)
  if (request.opensAt === null || to === null || request.opensAt.getTime() > now) return null
  return useIn(transaction, { user: request.user, credential: request.credential, from: request.opensAt, to })
}

/** Under the last temporary grant of the same credential before this request was made, whichever way it came to be. */
export const lastUseBefore = async (transaction: Transaction, request: AccessRequestRow): Promise<AccessUse | null> => {
  const { user, credential, createdAt } = request
  const last = await transaction
    .selectFrom('grants')
    .select(['starts_at', 'expires_at', 'ended_at'])
    .where('user_id', '=', user)
    .where('credential_id', '=', credential)
    .where('starts_at', '<', createdAt)
    .orderBy('starts_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!last) return null
  const to = last.ended_at !== null && last.ended_at < last.expires_at ? last.ended_at : last.expires_at
  return useIn(transaction, { user, credential, from: last.starts_at, to })
}
