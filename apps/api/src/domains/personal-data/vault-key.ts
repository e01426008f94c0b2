/** The key of an organization's personal data as the vault role makes and keeps it: 32 random bytes, wrapped. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { AskForPersonalKey } from './keys.ts'

/** The part of a key management service that is needed here. */
interface KeyWrapping {
  wrap(plaintext: Uint8Array, context: Readonly<Record<string, string | number>>): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string | number>>): Promise<Uint8Array>
}

/** What a wrapped key of personal data belongs to. */
export const personalKeyContext = (key: { readonly organization: string; readonly id: string }) => ({
  use: 'sallyport personal key v1',
  ...key,
})

const select = (transaction: Transaction) => transaction.selectFrom('personal_keys').select(['id', 'wrapped']).executeTakeFirst()

/** Makes it when there is none; of two who make one, both get the first. Throws what the key management service throws. */
export const vaultPersonalKey =
  ({ pool, kms }: { readonly pool: Pool; readonly kms: KeyWrapping }): AskForPersonalKey =>
  async ({ organization }) => {
    let row = await withOrganization(pool, organization, select)
    if (row === undefined) {
      const id = randomUUID()
      const plaintext = randomBytes(32)
      const wrapped = Buffer.from(await kms.wrap(plaintext, personalKeyContext({ organization, id })))
      plaintext.fill(0)
      row = await withOrganization(pool, organization, async (transaction) => {
        await transaction
          .insertInto('personal_keys')
          .values({ id, wrapped })
          .onConflict((conflict) => conflict.column('organization_id').doNothing())
          .execute()
        return select(transaction)
      })
    }
    if (row === undefined) throw new TypeError('a key that was made is not there')
    return { key: new Uint8Array(await kms.unwrap(row.wrapped, personalKeyContext({ organization, id: row.id }))) }
  }
