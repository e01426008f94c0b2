/** What happens to requests by itself; a job calls it. */
import type { Transaction } from '../../db/schema.ts'
import { sql } from 'kysely'
import { raiseAlert } from '../alerts/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import type { Rule } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { recordStep, settle } from './settle.ts'
import { stateAfter } from './states.ts'
import { type AccessRequestRow, requestsOfRows, selectRequests, updateRequest } from './store.ts'
import { escalatesAt } from './tally.ts'
import { tellAbout } from './tell.ts'

/** Requests that one run looks at in one transaction. */
const BATCH = 100

/** Those of which something may be due, locked; leaves out what somebody else is just changing. */
const lockDue = async (transaction: Transaction, now: Date): Promise<AccessRequestRow[]> => {
  const rows = await selectRequests(transaction)
    .where(
      sql<boolean>`(
        (access_requests.state = 'pending' and (access_requests.waits_until <= ${now}
          or not exists (select from access_rules where access_rules.id = access_requests.rule_id)
          or not exists (select from credentials where credentials.id = access_requests.credential_id)
          or (access_requests.escalated_at is null and exists (select from access_rules
            where access_rules.id = access_requests.rule_id and access_rules.terms->'escalation'->>'after' is not null
            and access_requests.created_at + (access_rules.terms->'escalation'->>'after')::integer * interval '1 second' <= ${now}))))
        or (access_requests.state = 'approved' and (access_requests.opens_at <= ${now} or grants.id is null or grants.ended is not null))
        or (access_requests.state = 'active' and (access_requests.closes_at <= ${now} or grants.id is null or grants.ended is not null))
        or (access_requests.state = 'review-pending' and access_requests.review_overdue_at is null
          and access_requests.review_due_at <= ${now}))`,
    )
    .orderBy('access_requests.created_at')
    .limit(BATCH)
    .forUpdate('access_requests')
    .skipLocked()
    .execute()
  return requestsOfRows(transaction, rows)
}

/** What a request was about is gone. */
const cancel = async (transaction: Transaction, request: AccessRequestRow, author: Author): Promise<void> => {
  const state = stateAfter(request.state, 'cancel')
  const note = 'The rule by which this was asked, or the credential, is gone.'
  await updateRequest(transaction, request, { state, closedAt: new Date(author.now), closedNote: note })
  await recordStep(transaction, 'access-request.cancelled', { request, author, details: { before: request.state, after: state } })
}

const escalate = async (transaction: Transaction, request: AccessRequestRow, author: Author): Promise<void> => {
  await updateRequest(transaction, request, { state: request.state, escalatedAt: new Date(author.now) })
  await recordStep(transaction, 'access-request.escalated', { request, author, details: {} })
}

const noteOverdue = async (transaction: Transaction, request: AccessRequestRow, author: Author): Promise<void> => {
  await updateRequest(transaction, request, { state: request.state, reviewOverdueAt: new Date(author.now) })
  await recordAudit(transaction, {
    type: 'access-request.review-overdue',
    actor: author.actor,
    subject: { kind: 'access-request', id: request.id },
    details: { user: request.user, credential: request.credential, dueAt: request.reviewDueAt!.toISOString() },
  })
  await raiseAlert(transaction, {
    organization: author.organization,
    kind: 'review-overdue',
    user: request.user,
    device: request.device,
    message: `Nobody has reviewed the emergency access to ${request.credentialName} that was opened at ${request.createdAt.toISOString()}.`,
    actor: author.actor,
    at: author.now,
  })
}

interface Found {
  readonly request: AccessRequestRow
  readonly rule: Rule | null
  readonly hasCredential: boolean
}

/** Returns the request as it is then. */
const moveOn = async (
  transaction: Transaction,
  { request, rule, hasCredential }: Found,
  author: Author,
): Promise<AccessRequestRow> => {
  const settled = await settle(transaction, request, author)
  if (settled.state !== 'pending') return settled
  const escalation = rule === null ? null : escalatesAt(rule.terms, settled)
  if (rule === null || !hasCredential) await cancel(transaction, settled, author)
  else if (settled.escalatedAt === null && escalation !== null && escalation <= author.now) {
    await escalate(transaction, settled, author)
  }
  return settled
}

const isOverdue = ({ state, reviewDueAt, reviewOverdueAt }: AccessRequestRow, now: number): boolean =>
  state === 'review-pending' && reviewOverdueAt === null && reviewDueAt !== null && reviewDueAt.getTime() <= now

const existing = async (transaction: Transaction, credentials: readonly string[]): Promise<ReadonlySet<string>> => {
  const rows = await transaction.selectFrom('credentials').select('id').where('id', 'in', credentials).execute()
  return new Set(rows.map(({ id }) => id))
}

/** Notes what time has done: expiry, beginning, end, escalation, reviews that are overdue. True: there is more. */
export const sweepRequests = async (transaction: Transaction, author: Author): Promise<boolean> => {
  const due = await lockDue(transaction, new Date(author.now))
  if (due.length === 0) return false
  const rules = new Map((await allRules(transaction)).map((rule) => [rule.id, rule]))
  const credentials = await existing(
    transaction,
    due.map(({ credential }) => credential),
  )
  const found = due.map((request) => ({
    request,
    rule: rules.get(request.rule) ?? null,
    hasCredential: credentials.has(request.credential),
  }))
  const { organization, now } = author
  const started: string[] = []
  const overdue: AccessRequestRow[] = []
  for (const each of found) {
    const after = await moveOn(transaction, each, author)
    // Its grant begins to count by itself; the agent has to hear of it.
    if (each.request.state === 'approved' && after.state === 'active') started.push(after.user)
    if (isOverdue(after, now)) overdue.push(after)
  }
  // Topics in the order in which calls change them: who took them crosswise would wait for each other.
  if (started.length > 0) await notifyChange(transaction, { organization, topic: 'credentials', users: started })
  for (const request of overdue) await noteOverdue(transaction, request, author)
  for (const { request, rule } of found) {
    await tellAbout(transaction, { organization, user: request.user, terms: rule?.terms ?? null })
  }
  return due.length === BATCH
}
