import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'

/**
 * Notes that a revoked gateway was in the hands of others: whatever it opened or made and is in use becomes due for rotation, or is
 * told to be replaced, until nothing is left. Throws `not_found`, or `conflict` for one that is not revoked, or is noted already.
 */
export const markCompromised = async (transaction: Transaction, id: string, { actor, now }: Author): Promise<void> => {
  const row = await transaction
    .selectFrom('gateways')
    .select(['status', 'compromised_at'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new SallyportError('not_found', { message: 'There is no such gateway.' })
  if (row.status !== 'revoked') throw new SallyportError('conflict', { message: 'Revoke the gateway first.' })
  if (row.compromised_at !== null) throw new SallyportError('conflict', { message: 'That is known already.' })
  await transaction
    .updateTable('gateways')
    .set({ compromised_at: new Date(now), secrets_exposed: true })
    .where('id', '=', id)
    .execute()
  await recordAudit(transaction, { type: 'gateway.compromised', actor, subject: { kind: 'gateway', id }, at: now })
}
