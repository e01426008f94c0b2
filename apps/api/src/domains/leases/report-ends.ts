import { isErrorCode } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlertOnce } from '../alerts/index.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { tellOfExclusiveUse } from './exclusive.ts'

export interface ReportedEnd {
  readonly id: string
  readonly reason: string
}

/** What a gateway may give as reason besides error codes; anything else is noted as `other`, so that an entry stays small. */
const reasons = ['closed', 'drained', 'idle', 'stopped']
const reasonOf = ({ reason }: ReportedEnd): string => (isErrorCode(reason) || reasons.includes(reason) ? reason : 'other')

/** As a temporary user's name ends: with its lease's id. */
const namesOf = (leases: readonly string[]): string => leases.map((id) => `sp_…_${id.replaceAll('-', '')}`).join(', ')

/** Users that a resource refused to drop. They cannot sign in any more, but own or hold something there. */
const tellOfLeftUsers = async (
  transaction: Transaction,
  { gateway, ends }: { readonly gateway: string; readonly ends: readonly ReportedEnd[] },
  { organization, actor, now }: Author,
): Promise<void> => {
  const left = ends.filter(({ reason }) => reason === 'temporary_user_left').map(({ id }) => id)
  if (left.length === 0) return
  const own = await transaction
    .selectFrom('leases')
    .innerJoin('resources', 'resources.id', 'leases.resource_id')
    .select(['leases.id', 'resources.name'])
    .where('leases.gateway_id', '=', gateway)
    .where('leases.id', 'in', left)
    .execute()
  for (const [name, users] of Map.groupBy(own, (row) => row.name)) {
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
}

/**
 * Notes ends that a gateway reports. What is not its lease, or has ended, is left as it is: a report may come twice. One
 * audit entry for the report.
 */
export const reportLeaseEnds = async (
  transaction: Transaction,
  { gateway, ends }: { readonly gateway: string; readonly ends: readonly ReportedEnd[] },
  author: Author,
): Promise<void> => {
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
  await tellOfLeftUsers(transaction, { gateway, ends }, author)
  await tellOfExclusiveUse(transaction, { organization: author.organization, leases: ends.map(({ id }) => id) })
}
