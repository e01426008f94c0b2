import type { CredentialKind } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type StoredPlace, storedPlaceOf } from '../secrets/index.ts'

export interface Credential {
  readonly id: string
  readonly resource: string
  readonly resourceName: string
  readonly name: string
  readonly userName: string
  readonly secret: string
  readonly secretVersion: number
  /** Whether the secret may be sent to where the resource is now. */
  readonly bound: boolean
  /** Where the secret lies when that is a third-party store; null: in the vault. */
  readonly stored: StoredPlace | null
  readonly databases: readonly string[]
  readonly port: number
  /** One person uses it at a time. */
  readonly exclusive: boolean
  /** What its secret is; null: stored before this was noted. */
  readonly kind: CredentialKind | null
  /** When the certificate that is its secret ends. */
  readonly secretEndsAt: Date | null
}

const select = (transaction: Transaction) =>
  transaction
    .selectFrom('credentials')
    .innerJoin('resources', 'resources.id', 'credentials.resource_id')
    .innerJoin('secrets', 'secrets.id', 'credentials.secret_id')
    .selectAll('credentials')
    .select(['secrets.store_id', 'secrets.store_path', 'secrets.store_field'])
    .select(['resources.name as resource_name', 'secrets.version', 'secrets.kind', 'secrets.ends_at'])
    .select(sql<boolean>`secrets.endpoint_digest = resources.endpoint_digest`.as('bound'))
type CredentialRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

const credentialOfRow = (row: CredentialRow): Credential => ({
  id: row.id,
  resource: row.resource_id,
  resourceName: row.resource_name,
  name: row.name,
  userName: row.user_name,
  secret: row.secret_id,
  secretVersion: row.version,
  bound: row.bound,
  stored: storedPlaceOf(row),
  databases: row.databases,
  port: row.port,
  exclusive: row.exclusive,
  kind: row.kind,
  secretEndsAt: row.ends_at,
})

/** Ordered by port, which is unique; `after` is the last one seen. */
export const listCredentials = async (
  transaction: Transaction,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<Credential[]> => {
  const rows = await select(transaction)
    .$if(after !== null, (query) => query.where('credentials.port', '>', after!))
    .orderBy('credentials.port')
    .limit(limit)
    .execute()
  return rows.map(credentialOfRow)
}

/** Ids of all credentials on a resource. */
export const credentialsOfResource = async (transaction: Transaction, resource: string): Promise<string[]> => {
  const rows = await transaction.selectFrom('credentials').select('id').where('resource_id', '=', resource).execute()
  return rows.map(({ id }) => id)
}

export const findCredential = async (transaction: Transaction, id: string): Promise<Credential | null> => {
  const row = await select(transaction).where('credentials.id', '=', id).executeTakeFirst()
  return row ? credentialOfRow(row) : null
}

/** Locks it until the transaction ends. */
export const lockCredential = async (transaction: Transaction, id: string): Promise<Credential | null> => {
  const row = await select(transaction).where('credentials.id', '=', id).forUpdate('credentials').executeTakeFirst()
  return row ? credentialOfRow(row) : null
}

export const insertCredential = async (
  transaction: Transaction,
  credential: Pick<Credential, 'id' | 'resource' | 'secret' | 'name' | 'userName' | 'databases' | 'port' | 'exclusive'>,
  now: number,
): Promise<void> => {
  await transaction
    .insertInto('credentials')
    .values({
      id: credential.id,
      resource_id: credential.resource,
      secret_id: credential.secret,
      name: credential.name,
      user_name: credential.userName,
      databases: JSON.stringify(credential.databases),
      port: credential.port,
      exclusive: credential.exclusive,
      created_at: new Date(now),
    })
    .execute()
}

export const updateCredential = async (
  transaction: Transaction,
  credential: Pick<Credential, 'id' | 'name' | 'userName' | 'databases' | 'port' | 'exclusive'>,
): Promise<void> => {
  await transaction
    .updateTable('credentials')
    .set({
      name: credential.name,
      user_name: credential.userName,
      databases: JSON.stringify(credential.databases),
      port: credential.port,
      exclusive: credential.exclusive,
    })
    .where('id', '=', credential.id)
    .execute()
}

export const deleteCredentialRow = async (transaction: Transaction, id: string): Promise<void> => {
  await transaction.deleteFrom('credentials').where('id', '=', id).execute()
}

export const countCredentials = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('credentials')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
