import type { Transaction } from '../../db/schema.ts'
import { notifyChange } from '../events/index.ts'

/**
 * Says that the organization's trust bundle changed: call it in the transaction that changes gateways, sites they serve, or
 * keys. The next one who asks for the bundle has it built and signed. Returns the new number.
 */
export const bumpTrustBundle = async (transaction: Transaction, organization: string): Promise<number> => {
  const { trust_bundle_number } = await transaction
    .updateTable('organizations')
    .set((column) => ({ trust_bundle_number: column('trust_bundle_number', '+', 1) }))
    .where('id', '=', organization)
    .returning('trust_bundle_number')
    .executeTakeFirstOrThrow()
  await notifyChange(transaction, { organization, topic: 'trust-bundle' })
  return Number(trust_bundle_number)
}
