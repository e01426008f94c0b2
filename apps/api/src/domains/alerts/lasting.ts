/** Alerts about what lasts until it is over by itself: raised once, open whoever acknowledges them meanwhile, and ended. */
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import type { AlertKind } from './raise.ts'

/** Whether one of this kind was raised and is not over; `message`: with this one. */
export const hasLastingAlert = async (transaction: Transaction, kind: AlertKind, message?: string): Promise<boolean> => {
  let found = transaction.selectFrom('alerts').select('id').where('kind', '=', kind).where('ended_at', 'is', null)
  if (message !== undefined) found = found.where('message', '=', message)
  return (await found.limit(1).executeTakeFirst()) !== undefined
}

/** What they tell of is over, with an entry for each. `user`: of those about somebody; `message`: of those with this one. */
export const endAlerts = async (
  transaction: Transaction,
  { kind, user, message }: { readonly kind: AlertKind; readonly user?: string; readonly message?: string },
  author: Author,
): Promise<void> => {
  let open = transaction
    .updateTable('alerts')
    .set({ ended_at: new Date(author.now) })
    .where('kind', '=', kind)
    .where('ended_at', 'is', null)
  if (user !== undefined) open = open.where('user_id', '=', user)
  if (message !== undefined) open = open.where('message', '=', message)
  const ended = await open.returning('id').execute()
  for (const { id } of ended) {
    await recordAudit(transaction, {
      type: 'alert.ended',
      actor: author.actor,
      subject: { kind: 'alert', id },
      details: { kind },
      at: author.now,
    })
  }
  await notifyChange(transaction, { organization: author.organization, topic: 'alerts' })
}
