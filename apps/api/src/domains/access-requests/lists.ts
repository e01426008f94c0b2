/** Pages of requests: of one person, of those who decide, of administrators. */
import type { AccessRequestState } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { AccessCaller } from './caller.ts'
import { isAmong, type Standing } from './people.ts'
import type { Rule } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { standingOf } from './standings.ts'
import { type AccessRequestRow, requestsOfRows, selectRequests } from './store.ts'

/** Where a page begins: behind the last request that was seen. */
export interface RequestPosition {
  readonly at: string
  readonly id: string
}

export interface RequestPage {
  readonly from: RequestPosition | null
  readonly limit: number
}

export interface RequestFilter {
  readonly accessRequest?: string | undefined
  readonly user?: string | undefined
  readonly credential?: string | undefined
  readonly state?: AccessRequestState | undefined
}

type Query = ReturnType<typeof selectRequests>

const paged = async (
  transaction: Transaction,
  query: Query,
  { from, limit, order }: RequestPage & { readonly order: 'asc' | 'desc' },
): Promise<AccessRequestRow[]> => {
  const rows = await query
    .$if(from !== null, (narrowed) =>
      narrowed.where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple('access_requests.created_at', 'access_requests.id'),
          order === 'asc' ? '>' : '<',
          tuple(new Date(from!.at), from!.id),
        ),
      ),
    )
    .orderBy('access_requests.created_at', order)
    .orderBy('access_requests.id', order)
    .limit(limit)
    .execute()
  return requestsOfRows(transaction, rows)
}

/** The state that time has made of the written one, in SQL: the same as `stateAt`, for narrowing a page. */
const stateNow = (now: number) => {
  const at = new Date(now)
  const over = sql`(access_requests.closes_at <= ${at} or (access_requests.grant_id is not null and (grants.id is null or grants.ended is not null)))`
  const ended = sql`case when access_requests.kind = 'emergency' then 'review-pending' else 'ended' end`
  return sql<AccessRequestState>`case
    when access_requests.state = 'pending' and access_requests.waits_until <= ${at} then 'expired'
    when access_requests.state = 'approved' and access_requests.opens_at > ${at} and ${over} then 'cancelled'
    when access_requests.state in ('approved', 'active') and ${over} then ${ended}
    when access_requests.state = 'approved' and access_requests.opens_at <= ${at} then 'active'
    else access_requests.state end`
}

/** Newest first. */
export const listRequests = (
  transaction: Transaction,
  { filter, now, ...page }: RequestPage & { readonly filter: RequestFilter; readonly now: number },
): Promise<AccessRequestRow[]> => {
  let query = selectRequests(transaction)
  if (filter.accessRequest !== undefined) query = query.where('access_requests.id', '=', filter.accessRequest)
  if (filter.user !== undefined) query = query.where('access_requests.user_id', '=', filter.user)
  if (filter.credential !== undefined) query = query.where('access_requests.credential_id', '=', filter.credential)
  if (filter.state !== undefined) query = query.where(stateNow(now), '=', filter.state)
  return paged(transaction, query, { ...page, order: 'desc' })
}

interface Queue extends RequestPage {
  readonly decided: boolean
  readonly accessRequest?: string | undefined
}

const idsWhere = (rules: readonly Rule[], fits: (rule: Rule) => boolean): string[] => rules.filter(fits).map(({ id }) => id)

/** `false` where nothing fits: a list must not be empty in SQL. */
const ruleIn = (ids: readonly string[]) =>
  ids.length === 0 ? sql<boolean>`false` : sql<boolean>`access_requests.rule_id in (${sql.join(ids)})`

const escalatedTo = (rules: readonly Rule[], standing: Standing, now: number) => {
  const due = rules
    .filter(({ terms }) => terms.enabled && terms.escalation !== null && isAmong(terms.escalation.approvers, standing))
    .map(
      ({ id, terms }) =>
        sql<boolean>`(access_requests.rule_id = ${id} and access_requests.created_at <= ${new Date(now - terms.escalation!.after * 1000)})`,
    )
  return due.length === 0 ? sql<boolean>`false` : sql<boolean>`(${sql.join(due, sql` or `)})`
}

/** What waits for the caller, oldest first; or what they decided on, newest first. Never what they asked for themselves. */
export const listApprovals = async (
  transaction: Transaction,
  { decided, accessRequest, ...page }: Queue,
  caller: AccessCaller,
): Promise<AccessRequestRow[]> => {
  let query = selectRequests(transaction).where('access_requests.user_id', '<>', caller.user)
  if (accessRequest !== undefined) query = query.where('access_requests.id', '=', accessRequest)
  if (decided) {
    const voted = transaction.selectFrom('access_votes').select('request_id').where('user_id', '=', caller.user)
    return paged(transaction, query.where('access_requests.id', 'in', voted), { ...page, order: 'desc' })
  }
  const [rules, standing] = [await allRules(transaction), await standingOf(transaction, caller.user)]
  const own = idsWhere(rules, ({ terms }) => terms.enabled && isAmong(terms.approvers, standing))
  const waiting = query
    .where(stateNow(caller.now), '=', 'pending')
    .where(sql<boolean>`(${ruleIn(own)} or ${escalatedTo(rules, standing, caller.now)})`)
  return paged(transaction, waiting, { ...page, order: 'asc' })
}

/** Emergencies that stand or wait for a review, oldest first; or those that the caller reviewed, newest first. */
export const listReviews = async (
  transaction: Transaction,
  { decided, accessRequest, ...page }: Queue,
  caller: AccessCaller,
): Promise<AccessRequestRow[]> => {
  let query = selectRequests(transaction)
    .where('access_requests.kind', '=', 'emergency')
    .where('access_requests.user_id', '<>', caller.user)
  if (accessRequest !== undefined) query = query.where('access_requests.id', '=', accessRequest)
  if (decided) return paged(transaction, query.where('access_requests.reviewer_id', '=', caller.user), { ...page, order: 'desc' })
  const waiting = query.where('access_requests.state', 'in', ['active', 'review-pending'])
  if (caller.permissions.has('requests.write')) return paged(transaction, waiting, { ...page, order: 'asc' })
  const [rules, standing] = [await allRules(transaction), await standingOf(transaction, caller.user)]
  const own = idsWhere(rules, ({ terms }) => terms.emergency !== null && isAmong(terms.emergency.reviewers, standing))
  return paged(transaction, waiting.where(ruleIn(own)), { ...page, order: 'asc' })
}
