import type { CredentialKind } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type StoredPlace, storedPlaceOf } from './stored-place.ts'

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
  /** Of the version in use; null: stored before this was noted. */
  readonly kind: CredentialKind | null
  /** Where it lies when that is a third-party store; null: in the vault. */
  readonly stored: StoredPlace | null
  /** The account that it is for alone: of an IAM key, or the role of temporary users; null: whichever its credential names. */
  readonly account: string | null
  readonly createdAt: Date
}

const selectSecret = (transaction: Transaction, id: string) =>
  transaction
    .selectFrom('secrets')
    .innerJoin('resources', 'resources.id', 'secrets.resource_id')
    .select([
      'secrets.id',
      'secrets.resource_id',
      'secrets.version',
      'secrets.endpoint_digest',
      'secrets.kind',
      'secrets.account',
      'secrets.created_at',
    ])
    .select(['secrets.store_id', 'secrets.store_path', 'secrets.store_field'])
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
        stored: storedPlaceOf(row),
        kind: row.kind,
        account: row.account,
        createdAt: row.created_at,
      }

export const findSecret = async (transaction: Transaction, id: string): Promise<Secret | null> =>
  secretOfRow(await selectSecret(transaction, id).executeTakeFirst())

/** Locks the secret until the transaction ends. */
export const lockSecret = async (transaction: Transaction, id: string): Promise<Secret | null> =>
  secretOfRow(await selectSecret(transaction, id).forUpdate('secrets').executeTakeFirst())

const deleteUnused = async (
  transaction: Transaction,
  column: 'resource_id' | 'store_id',
  id: string,
): Promise<readonly string[]> => {
  const deleted = await transaction
    .deleteFrom('secrets')
    .where(column, '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('credentials')
            .select(sql`1`.as('one'))
            .whereRef('credentials.secret_id', '=', 'secrets.id'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('credential_rotations')
            .select(sql`1`.as('one'))
            .whereRef('credential_rotations.second_secret_id', '=', 'secrets.id'),
        ),
      ),
    )
    .returning('id')
    .execute()
  return deleted.map((row) => row.id)
}

/** Every secret of the resource that no credential uses is deleted with it; one that is used is not. */
export const deleteUnusedSecrets = (transaction: Transaction, resource: string): Promise<readonly string[]> =>
  deleteUnused(transaction, 'resource_id', resource)

/** The same for what lies in a third-party store. */
export const deleteUnusedSecretsOfStore = (transaction: Transaction, store: string): Promise<readonly string[]> =>
  deleteUnused(transaction, 'store_id', store)
