/** Rows of requests and of votes on them. What people typed is sealed for them, see `typed.ts`. */
import type { AccessRequestKind, AccessRequestState } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { Vote } from './tally.ts'
import { openTyped, openVoteNotes, sealNotes, sealReason, sealVoteNote, type TypedTexts } from './typed.ts'

export interface AccessRequestRow extends TypedTexts {
  readonly id: string
  readonly kind: AccessRequestKind
  /** As it was last written; see `standing.ts` for what it is now. */
  readonly state: AccessRequestState
  readonly user: string
  readonly device: string
  /** Id of its key: who decides must not hold the same. */
  readonly deviceKey: string
  readonly credential: string
  readonly credentialName: string
  readonly rule: string
  /** Seconds. */
  readonly duration: number
  readonly startsAt: Date | null
  readonly createdAt: Date
  readonly waitsUntil: Date
  readonly extends: string | null
  readonly extensionNumber: number
  readonly approvalsNeeded: number
  readonly escalatedAt: Date | null
  readonly grant: string | null
  readonly opensAt: Date | null
  readonly closesAt: Date | null
  readonly closedAt: Date | null
  readonly closedBy: string | null
  /** Seconds. */
  readonly reviewWithin: number | null
  readonly reviewDueAt: Date | null
  readonly reviewOverdueAt: Date | null
  readonly reviewer: string | null
  readonly reviewVerdict: 'justified' | 'unjustified' | null
  readonly reviewedAt: Date | null
  /** Whether its grant was ended, or is gone with its credential. False before there is one. */
  readonly grantEnded: boolean
  /** When the grant was noted to have ended. */
  readonly grantEndedAt: Date | null
}

/** With what became of the grant; {@link requestsOfRows} opens the rest. */
export const selectRequests = (transaction: Transaction) =>
  transaction
    .selectFrom('access_requests')
    .leftJoin('grants', 'grants.id', 'access_requests.grant_id')
    .selectAll('access_requests')
    .select('grants.ended_at as grant_ended_at')
    .select(
      sql<boolean>`(access_requests.grant_id is not null and (grants.id is null or grants.ended is not null))`.as('grant_ended'),
    )
type Row = Awaited<ReturnType<ReturnType<typeof selectRequests>['executeTakeFirstOrThrow']>>

const requestOfRow = (row: Row, typed: TypedTexts): AccessRequestRow => ({
  ...typed,
  id: row.id,
  kind: row.kind,
  state: row.state,
  user: row.user_id,
  device: row.device_id,
  deviceKey: row.device_key,
  credential: row.credential_id,
  credentialName: row.credential_name,
  rule: row.rule_id,
  duration: row.duration,
  startsAt: row.starts_at,
  createdAt: row.created_at,
  waitsUntil: row.waits_until,
  extends: row.extends_id,
  extensionNumber: row.extension_number,
  approvalsNeeded: row.approvals_needed,
  escalatedAt: row.escalated_at,
  grant: row.grant_id,
  opensAt: row.opens_at,
  closesAt: row.closes_at,
  closedAt: row.closed_at,
  closedBy: row.closed_by,
  reviewWithin: row.review_within,
  reviewDueAt: row.review_due_at,
  reviewOverdueAt: row.review_overdue_at,
  reviewer: row.reviewer_id,
  reviewVerdict: row.review_verdict,
  reviewedAt: row.reviewed_at,
  grantEnded: row.grant_ended,
  grantEndedAt: row.grant_ended_at,
})

/** In their order. */
export const requestsOfRows = async (transaction: Transaction, rows: readonly Row[]): Promise<AccessRequestRow[]> => {
  const typed = await openTyped(transaction, rows)
  return rows.map((row, index) => requestOfRow(row, typed[index]!))
}

export const findRequest = async (transaction: Transaction, id: string): Promise<AccessRequestRow | null> => {
  const row = await selectRequests(transaction).where('access_requests.id', '=', id).executeTakeFirst()
  return row === undefined ? null : (await requestsOfRows(transaction, [row]))[0]!
}

/** Locks it until the transaction ends; what is read is what stands after everybody who held it before. */
export const lockRequest = async (transaction: Transaction, id: string): Promise<AccessRequestRow | null> => {
  await transaction.selectFrom('access_requests').select('id').where('id', '=', id).forUpdate().execute()
  return findRequest(transaction, id)
}

export type NewRequestRow = Pick<
  AccessRequestRow,
  | 'id'
  | 'kind'
  | 'state'
  | 'user'
  | 'device'
  | 'deviceKey'
  | 'credential'
  | 'credentialName'
  | 'rule'
  | 'reason'
  | 'duration'
  | 'startsAt'
  | 'createdAt'
  | 'waitsUntil'
  | 'extends'
  | 'extensionNumber'
  | 'approvalsNeeded'
  | 'grant'
  | 'opensAt'
  | 'closesAt'
  | 'reviewWithin'
>

export const insertRequest = async (transaction: Transaction, request: NewRequestRow): Promise<void> => {
  await transaction
    .insertInto('access_requests')
    .values({
      id: request.id,
      kind: request.kind,
      state: request.state,
      user_id: request.user,
      device_id: request.device,
      device_key: request.deviceKey,
      credential_id: request.credential,
      credential_name: request.credentialName,
      rule_id: request.rule,
      personal: await sealReason(transaction, request, request.reason),
      duration: request.duration,
      starts_at: request.startsAt,
      created_at: request.createdAt,
      waits_until: request.waitsUntil,
      extends_id: request.extends,
      extension_number: request.extensionNumber,
      approvals_needed: request.approvalsNeeded,
      grant_id: request.grant,
      opens_at: request.opensAt,
      closes_at: request.closesAt,
      review_within: request.reviewWithin,
    })
    .execute()
}

/** What is absent stays. */
export type RequestUpdate = { readonly state: AccessRequestState } & Partial<
  Pick<
    AccessRequestRow,
    | 'approvalsNeeded'
    | 'escalatedAt'
    | 'grant'
    | 'opensAt'
    | 'closesAt'
    | 'closedAt'
    | 'closedBy'
    | 'closedNote'
    | 'reviewDueAt'
    | 'reviewOverdueAt'
    | 'reviewer'
    | 'reviewVerdict'
    | 'reviewNote'
    | 'reviewedAt'
  >
>

const updatable = {
  state: 'state',
  approvalsNeeded: 'approvals_needed',
  escalatedAt: 'escalated_at',
  grant: 'grant_id',
  opensAt: 'opens_at',
  closesAt: 'closes_at',
  closedAt: 'closed_at',
  closedBy: 'closed_by',
  reviewDueAt: 'review_due_at',
  reviewOverdueAt: 'review_overdue_at',
  reviewer: 'reviewer_id',
  reviewVerdict: 'review_verdict',
  reviewedAt: 'reviewed_at',
} as const satisfies Record<Exclude<keyof RequestUpdate, 'closedNote' | 'reviewNote'>, string>

/** Writes the change, and returns the request as it is then. */
export const updateRequest = async (
  transaction: Transaction,
  request: AccessRequestRow,
  change: RequestUpdate,
): Promise<AccessRequestRow> => {
  const { closedNote, reviewNote, ...plain } = change
  const changed = { ...request, ...change }
  const values = Object.fromEntries(Object.entries(plain).map(([name, value]) => [updatable[name as keyof typeof plain], value]))
  await transaction
    .updateTable('access_requests')
    .set({ ...values, ...(await sealNotes(transaction, changed, { closedNote, reviewNote })) })
    .where('id', '=', request.id)
    .execute()
  return changed
}

export const countOpenRequests = async (transaction: Transaction, user: string): Promise<number> => {
  const row = await transaction
    .selectFrom('access_requests')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('user_id', '=', user)
    .where('state', 'in', ['pending', 'approved'])
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export interface StoredVote extends Vote {
  readonly request: string
}

/** In the order in which they were given; those of one moment in the order of their users. */
export const votesOf = async (transaction: Transaction, requests: readonly string[]): Promise<StoredVote[]> => {
  if (requests.length === 0) return []
  const rows = await transaction
    .selectFrom('access_votes')
    .selectAll()
    .where('request_id', 'in', requests)
    .orderBy('at')
    .orderBy('user_id')
    .execute()
  const notes = await openVoteNotes(
    transaction,
    rows.map((row) => ({ request: row.request_id, user: row.user_id, personal: row.personal })),
  )
  return rows.map((row, index) => ({
    request: row.request_id,
    user: row.user_id,
    deviceKey: row.device_key,
    vote: row.vote,
    duration: row.duration,
    startsAt: row.starts_at,
    sameDevice: row.same_device,
    note: notes[index]!,
    at: row.at,
    counted: row.counted,
  }))
}

export const insertVote = async (transaction: Transaction, { request, ...vote }: StoredVote): Promise<void> => {
  await transaction
    .insertInto('access_votes')
    .values({
      request_id: request,
      user_id: vote.user,
      device_key: vote.deviceKey,
      vote: vote.vote,
      duration: vote.duration,
      starts_at: vote.startsAt,
      same_device: vote.sameDevice,
      personal: await sealVoteNote(transaction, { request, user: vote.user }, vote.note),
      at: vote.at,
    })
    .execute()
}

/** Notes that of a request's approvals these did not count when it was decided. */
export const discountVotes = async (transaction: Transaction, request: string, users: readonly string[]): Promise<void> => {
  if (users.length === 0) return
  await transaction
    .updateTable('access_votes')
    .set({ counted: false })
    .where('request_id', '=', request)
    .where('user_id', 'in', users)
    .execute()
}
