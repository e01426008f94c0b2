import { isErrorCode } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlertOnce } from '../alerts/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { tellOfExclusiveUse } from './exclusive.ts'
import type { LeftBehind } from './expire.ts'

export interface ReportedEnd {
  readonly id: string
  readonly reason: string
}

/** What a gateway may give as reason besides error codes; anything else is noted as `other`, so that an entry stays small. */
const reasons = ['closed', 'drained', 'idle', 'stopped']
const reasonOf = ({ reason }: ReportedEnd): string => (isErrorCode(reason) || reasons.includes(reason) ? reason : 'other')

/** As a temporary user's name ends: with its lease's id. */
const namesOf = (leases: readonly string[]): string => leases.map((id) => `sp_…_${id.replaceAll('-', '')}`).join(', ')

/** Milliseconds after a lease by whose end its user cannot sign in any more; a gateway gives it a minute. */
const MARGIN = 90_000

/** A credential of which users are left, the account that may drop them now, and when none of them can sign in any more. */
export interface LeftToDrop extends LeftBehind {
  readonly dueAt: number
}

/**
 * Users that a gateway could not drop. They cannot sign in any more, but own or hold something there. Where who makes them got
 * another password since, somebody else drops them; of the others administrators are told.
 */
const leftUsers = async (
  transaction: Transaction,
  { gateway, ends }: { readonly gateway: string; readonly ends: readonly ReportedEnd[] },
  { organization, actor, now }: Author,
): Promise<readonly LeftToDrop[]> => {
  const left = ends.filter(({ reason }) => reason === 'temporary_user_left').map(({ id }) => id)
  if (left.length === 0) return []
  const own = await transaction
    .selectFrom('leases')
    .innerJoin('resources', 'resources.id', 'leases.resource_id')
    .innerJoin('credentials', 'credentials.id', 'leases.credential_id')
    .innerJoin('secrets', 'secrets.id', 'credentials.secret_id')
    .select(['leases.id', 'leases.expires_at', 'leases.secret_version', 'resources.name'])
    .select(['credentials.id as credential', 'credentials.user_name as userName', 'secrets.id as secret', 'secrets.version'])
    .where('leases.gateway_id', '=', gateway)
    .where('leases.id', 'in', left)
    .execute()
  const refused = own.filter((row) => row.secret_version === row.version)
  for (const [name, users] of Map.groupBy(refused, (row) => row.name)) {
    const message = `${name} refused to drop users of leases that are over; drop them there: ${namesOf(users.map(({ id }) => id))}`
    await raiseAlertOnce(transaction, {
      organization,
      kind: 'temporary-user-left',
      user: null,
      device: null,
      message,
      actor,
      now,
    })
  }
  const superseded = Map.groupBy(
    own.filter((row) => row.secret_version !== row.version),
    (row) => row.credential,
  )
  return [...superseded.values()].map((rows) => {
    const { credential, userName, secret, version } = rows[0]!
    const dueAt = Math.max(now, ...rows.map((row) => row.expires_at.getTime())) + MARGIN
    return { credential, userName, secret, version, dueAt }
  })
}

/**
 * Notes ends that a gateway reports. What is not its lease, or has ended, is left as it is: a report may come twice. One
 * audit entry for the report. Returns whose users another gateway is to drop.
 */
export const reportLeaseEnds = async (
  transaction: Transaction,
  { gateway, ends }: { readonly gateway: string; readonly ends: readonly ReportedEnd[] },
  author: Author,
): Promise<readonly LeftToDrop[]> => {
  const reported = Map.groupBy(ends, reasonOf)
  const ended: Record<string, string[]> = {}
  for (const [reason, leases] of reported) {
    const rows = await transaction
      .updateTable('leases')
      .set({ ended_at: new Date(author.now), end_code: reason })
      .where('gateway_id', '=', gateway)
      .where('ended_at', 'is', null)
      .where(
        'id',
        'in',
        leases.map(({ id }) => id),
      )
      .returning('id')
      .execute()
    ended[reason] = rows.map(({ id }) => id)
  }
  await recordAudit(transaction, {
    type: 'lease.ended',
    actor: author.actor,
    subject: { kind: 'gateway', id: gateway },
    details: { leases: ended },
  })
  await tellOfExclusiveUse(transaction, { organization: author.organization, leases: ends.map(({ id }) => id) })
  return leftUsers(transaction, { gateway, ends }, author)
}
