import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'

/** What may be known of a secret outside the vault. */
export interface Secret {
  readonly id: string
  readonly resource: string
  /** The version in use. */
  readonly version: number
  /** Digest of the endpoint that this version may be sent to. */
  readonly endpointDigest: string
  /** Digest of where the resource is now. */
  readonly presentEndpointDigest: string
  readonly bound: boolean
  readonly createdAt: Date
}

const selectSecret = (transaction: Transaction, id: string) =>
  transaction
    .selectFrom('secrets')
    .innerJoin('resources', 'resources.id', 'secrets.resource_id')
    .select(['secrets.id', 'secrets.resource_id', 'secrets.version', 'secrets.endpoint_digest', 'secrets.created_at'])
    .select('resources.endpoint_digest as present_digest')
    .where('secrets.id', '=', id)

type SecretRow = Awaited<ReturnType<ReturnType<typeof selectSecret>['executeTakeFirstOrThrow']>>

const secretOfRow = (row: SecretRow | undefined): Secret | null =>
  row === undefined
    ? null
    : {
        id: row.id,
        resource: row.resource_id,
        version: row.version,
        endpointDigest: row.endpoint_digest,
        presentEndpointDigest: row.present_digest,
        bound: row.endpoint_digest === row.present_digest,
        createdAt: row.created_at,
      }

export const findSecret = async (transaction: Transaction, id: string): Promise<Secret | null> =>
  secretOfRow(await selectSecret(transaction, id).executeTakeFirst())

/** Locks the secret until the transaction ends. */
export const lockSecret = async (transaction: Transaction, id: string): Promise<Secret | null> =>
  secretOfRow(await selectSecret(transaction, id).forUpdate('secrets').executeTakeFirst())

/** Every secret of the resource that no credential uses is deleted with it; one that is used is not. */
export const deleteUnusedSecrets = async (transaction: Transaction, resource: string): Promise<readonly string[]> => {
  const deleted = await transaction
    .deleteFrom('secrets')
    .where('resource_id', '=', resource)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('credentials')
            .select(sql`1`.as('one'))
            .whereRef('credentials.secret_id', '=', 'secrets.id'),
        ),
      ),
    )
    .returning('id')
    .execute()
  return deleted.map((row) => row.id)
}
