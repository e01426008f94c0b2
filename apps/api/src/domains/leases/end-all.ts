import type { Transaction } from '../../db/schema.ts'
import type { LeaseScope } from './scope.ts'

/**
 * Notes that every live lease in the scope was withdrawn, as part of a revocation that tells the gateways (of the credential,
 * session, device, user or gateway). Returns how many.
 */
export const endAllLeases = async (
  transaction: Transaction,
  { scope, code, now }: { readonly scope: LeaseScope; readonly code: string; readonly now: number },
): Promise<number> => {
  const { users, session, device, gateway, credentials, resource } = scope
  const result = await transaction
    .updateTable('leases')
    .set({ ended_at: new Date(now), end_code: code, revoked: true })
    .where('ended_at', 'is', null)
    .where('expires_at', '>', new Date(now))
    .$if(users !== undefined, (query) => query.where('user_id', 'in', users!))
    .$if(session !== undefined, (query) => query.where('session_id', '=', session!))
    .$if(device !== undefined, (query) => query.where('device_id', '=', device!))
    .$if(gateway !== undefined, (query) => query.where('gateway_id', '=', gateway!))
    .$if(credentials !== undefined, (query) => query.where('credential_id', 'in', credentials!))
    .$if(resource !== undefined, (query) => query.where('resource_id', '=', resource!))
    .executeTakeFirst()
  return Number(result.numUpdatedRows)
}
