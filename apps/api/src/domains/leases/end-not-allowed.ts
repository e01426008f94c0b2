import { decide } from '../policy/index.ts'
import type { Transaction } from '../../db/schema.ts'
import { lockRevocationNumber, revoke } from '../revocations/index.ts'
import { factsOfLeases } from './lease-facts.ts'
import type { LeaseScope } from './scope.ts'

/** A change of policy: whose, what it may concern, and when, in milliseconds since 1970. */
export interface PolicyChange {
  readonly organization: string
  readonly scope: LeaseScope
  readonly now: number
}

/**
 * Ends every live lease that policy no longer allows, each with a `lease` revocation, in the transaction of the change;
 * returns their ids. Call it after the change. It first waits for leases that are being decided.
 */
export const endLeasesNoLongerAllowed = async (
  transaction: Transaction,
  { organization, scope, now }: PolicyChange,
): Promise<readonly string[]> => {
  await lockRevocationNumber(transaction, organization, 'update')
  const ended: string[] = []
  for (const { lease, facts } of await factsOfLeases(transaction, { scope, now })) {
    const decision = decide(facts)
    if (decision.allowed) continue
    await revoke(transaction, { organization, subject: { kind: 'lease', id: lease }, code: decision.code })
    await transaction
      .updateTable('leases')
      .set({ ended_at: new Date(now), end_code: decision.code, revoked: true })
      .where('id', '=', lease)
      .execute()
    ended.push(lease)
  }
  return ended
}
