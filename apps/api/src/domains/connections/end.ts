import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { lockRevocationNumber, revoke } from '../revocations/index.ts'
import { openConnections } from './list.ts'

/**
 * Ends one connection by a revocation of its own, so that its gateway hears of it surely. The lease goes on: whoever had it may
 * connect again. Throws `not_found` for one that is not open.
 */
export const endConnection = async (transaction: Transaction, id: string, author: Author): Promise<void> => {
  await lockRevocationNumber(transaction, author.organization, 'update')
  const [found] = await openConnections(transaction, { filter: { id }, below: null, limit: 1, now: author.now })
  if (found === undefined) throw new SallyportError('not_found', { message: 'There is no such open connection.' })
  await revoke(transaction, {
    organization: author.organization,
    subject: { kind: 'connection', id },
    code: 'connection_ended',
  })
  await transaction.deleteFrom('open_connections').where('id', '=', id).execute()
  const { user, session, gateway, lease, resource, credential, bytesUp, bytesDown } = found
  await recordAudit(transaction, {
    type: 'connection.ended-by-admin',
    actor: author.actor,
    subject: { kind: 'connection', id },
    details: { user, session, gateway, lease, resource, credential, bytesUp, bytesDown },
  })
}
