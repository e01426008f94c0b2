import type { ServicePurpose } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'

export interface ServiceAccountRow {
  readonly id: string
  readonly name: string
  /** SubjectPublicKeyInfo (DER), P-256. */
  readonly publicKey: Uint8Array
  readonly purposes: readonly ServicePurpose[]
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  readonly lastTokenAt: Date | null
}

const select = (transaction: Transaction) =>
  transaction
    .selectFrom('service_accounts')
    .select([
      'id',
      'name',
      'public_key as publicKey',
      'purposes',
      'created_at as createdAt',
      'expires_at as expiresAt',
      'revoked_at as revokedAt',
      'last_token_at as lastTokenAt',
    ])

/** Whose key a call must be signed by that names this account; null: there is none, in no organization. */
export const findServiceAccountKey = async (
  pool: Pool,
  id: string,
): Promise<{ readonly organization: string; readonly publicKey: Uint8Array } | null> => {
  const { rows } = await sql<{ organization_id: string; public_key: Buffer }>`
    select organization_id, public_key from find_service_account(${id})`.execute(pool)
  const [row] = rows
  return row === undefined ? null : { organization: row.organization_id, publicKey: new Uint8Array(row.public_key) }
}

export const findServiceAccount = async (transaction: Transaction, id: string): Promise<ServiceAccountRow | null> =>
  (await select(transaction).where('id', '=', id).executeTakeFirst()) ?? null

export const lockServiceAccount = async (transaction: Transaction, id: string): Promise<ServiceAccountRow | null> =>
  (await select(transaction).where('id', '=', id).forUpdate().executeTakeFirst()) ?? null

/** Newest first; `after` is the last one seen. */
export const listServiceAccountRows = (
  transaction: Transaction,
  { after, limit }: { readonly after: { readonly createdAt: Date; readonly id: string } | null; readonly limit: number },
): Promise<ServiceAccountRow[]> =>
  select(transaction)
    .$if(after !== null, (query) =>
      query.where(({ eb, refTuple, tuple }) => eb(refTuple('created_at', 'id'), '<', tuple(after!.createdAt, after!.id))),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()

/** Those that are not revoked. */
export const countServiceAccounts = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('service_accounts')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
