import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { notifyChange } from '../events/index.ts'
import { type Alert, alertOf } from './list.ts'

/** From then on it is no longer open, unless what it tells of goes on. Throws `not_found`, or `conflict` when somebody did so already. */
export const acknowledgeAlert = async (
  transaction: Transaction,
  { id, by }: { readonly id: string; readonly by: string },
  author: Author,
): Promise<Alert> => {
  const found = await transaction.selectFrom('alerts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!found) throw new SallyportError('not_found', { message: 'There is no such alert.' })
  if (found.acknowledged_at !== null) throw new SallyportError('conflict', { message: 'Somebody has acknowledged this alert.' })
  const row = await transaction
    .updateTable('alerts')
    .set({ acknowledged_at: new Date(author.now), acknowledged_by: by })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordAudit(transaction, {
    type: 'alert.acknowledged',
    actor: author.actor,
    subject: { kind: 'alert', id },
    details: { kind: row.kind, user: row.user_id, device: row.device_id, message: row.message },
  })
  await notifyChange(transaction, { organization: author.organization, topic: 'alerts' })
  return alertOf(row)
}
