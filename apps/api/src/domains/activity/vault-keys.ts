/** Activity keys as the vault role makes and keeps them: 32 random bytes, wrapped for their organization and period. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { AskForActivityKey } from './keys.ts'

/** The part of a key management service that is needed here. */
export interface KeyWrapping {
  wrap(plaintext: Uint8Array, context: Readonly<Record<string, string | number>>): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string | number>>): Promise<Uint8Array>
}

export interface VaultActivityKeysOptions {
  /** Connections as the database role `sallyport_vault`. */
  readonly pool: Pool
  readonly kms: KeyWrapping
}

/** What a wrapped activity key belongs to. */
export const activityKeyContext = (key: { readonly organization: string; readonly period: string; readonly id: string }) => ({
  use: 'sallyport activity key v1',
  ...key,
})

const select = (transaction: Transaction, period: string) =>
  transaction.selectFrom('activity_keys').select(['id', 'wrapped']).where('period', '=', period).executeTakeFirst()

/** Throws what the key management service throws. Two callers get the same key. */
export const vaultActivityKeys =
  ({ pool, kms }: VaultActivityKeysOptions): AskForActivityKey =>
  async ({ organization, period, create }) => {
    let row = await withOrganization(pool, organization, (transaction) => select(transaction, period))
    if (row === undefined && create) {
      const id = randomUUID()
      const plaintext = randomBytes(32)
      const wrapped = Buffer.from(await kms.wrap(plaintext, activityKeyContext({ organization, period, id })))
      plaintext.fill(0)
      row = await withOrganization(pool, organization, async (transaction) => {
        await transaction
          .insertInto('activity_keys')
          .values({ period, id, wrapped })
          .onConflict((conflict) => conflict.columns(['organization_id', 'period']).doNothing())
          .execute()
        return select(transaction, period)
      })
    }
    if (row === undefined) return { found: null }
    const key = await kms.unwrap(row.wrapped, activityKeyContext({ organization, period, id: row.id }))
    return { found: { id: row.id, key: new Uint8Array(key) } }
  }
