/** The vault's rows: only its database role may read or write them. */
import type { CredentialKind } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { StoredPlace } from './stored-place.ts'

export interface SecretVersion {
  readonly secret: string
  readonly version: number
  readonly resource: string
  readonly endpointDigest: string
  readonly wrappedKey: Uint8Array
  readonly ciphertext: Uint8Array
}

type Dated = { readonly at: Date }

/** What may be known of a secret without opening it. */
export interface SecretFacts {
  /** Null: it lies in a third-party store. */
  readonly kind: CredentialKind | null
  /** When its certificate ends; null: it has no end. */
  readonly endsAt: Date | null
  /** The account that it is for alone: of an IAM key, or the role of temporary users; null: whichever its credential names. */
  readonly account: string | null
}

const factColumns = ({ kind, endsAt, account }: SecretFacts) => ({ kind, ends_at: endsAt, account: account })

export const insertSecret = async (
  transaction: Transaction,
  secret: Pick<SecretVersion, 'secret' | 'version' | 'resource' | 'endpointDigest'> & Dated & { readonly facts: SecretFacts },
): Promise<void> => {
  await transaction
    .insertInto('secrets')
    .values({
      id: secret.secret,
      resource_id: secret.resource,
      version: secret.version,
      endpoint_digest: secret.endpointDigest,
      ...factColumns(secret.facts),
      created_at: secret.at,
    })
    .execute()
}

export const insertSecretVersion = async (transaction: Transaction, version: SecretVersion & Dated): Promise<void> => {
  await transaction
    .insertInto('secret_versions')
    .values({
      secret_id: version.secret,
      version: version.version,
      resource_id: version.resource,
      endpoint_digest: version.endpointDigest,
      wrapped_key: Buffer.from(version.wrappedKey),
      ciphertext: Buffer.from(version.ciphertext),
      created_at: version.at,
    })
    .execute()
}

/** Makes a stored version the one in use. */
export const useSecretVersion = async (
  transaction: Transaction,
  used: Pick<SecretVersion, 'secret' | 'version' | 'endpointDigest'> & { readonly facts: SecretFacts },
): Promise<void> => {
  await transaction
    .updateTable('secrets')
    .set({ version: used.version, endpoint_digest: used.endpointDigest, ...factColumns(used.facts), told_days: null })
    .where('id', '=', used.secret)
    .execute()
}

/** Null when there is no such version, or it is of another resource. */
export const readSecretVersion = async (
  transaction: Transaction,
  { secret, version, resource }: Pick<SecretVersion, 'secret' | 'version' | 'resource'>,
): Promise<SecretVersion | null> => {
  const row = await transaction
    .selectFrom('secret_versions')
    .selectAll()
    .where('secret_id', '=', secret)
    .where('version', '=', version)
    .where('resource_id', '=', resource)
    .executeTakeFirst()
  if (!row) return null
  return {
    secret,
    version,
    resource,
    endpointDigest: row.endpoint_digest,
    wrappedKey: row.wrapped_key,
    ciphertext: row.ciphertext,
  }
}

/** Replaces a version's sealed bytes by the same secret sealed for another endpoint. */
export const rebindSecretVersion = async (
  transaction: Transaction,
  version: SecretVersion & { readonly facts: SecretFacts },
): Promise<void> => {
  await transaction
    .updateTable('secret_versions')
    .set({
      endpoint_digest: version.endpointDigest,
      wrapped_key: Buffer.from(version.wrappedKey),
      ciphertext: Buffer.from(version.ciphertext),
    })
    .where('secret_id', '=', version.secret)
    .where('version', '=', version.version)
    .execute()
  await useSecretVersion(transaction, version)
}

/** Destroys versions below this one: what was replaced must not rest anywhere. */
export const destroySecretVersions = async (
  transaction: Transaction,
  { secret, below }: { readonly secret: string; readonly below: number },
): Promise<void> => {
  await transaction.deleteFrom('secret_versions').where('secret_id', '=', secret).where('version', '<', below).execute()
}

/** Where in a third-party store the version in use lies; null: in the vault. */
export const useStoredPlace = async (transaction: Transaction, secret: string, place: StoredPlace | null): Promise<void> => {
  await transaction
    .updateTable('secrets')
    .set({ store_id: place?.store ?? null, store_path: place?.path ?? null, store_field: place?.field ?? null })
    .where('id', '=', secret)
    .execute()
}

/** Destroys one version that never came into use. */
export const discardSecretVersion = async (
  transaction: Transaction,
  { secret, version }: Pick<SecretVersion, 'secret' | 'version'>,
): Promise<void> => {
  await transaction.deleteFrom('secret_versions').where('secret_id', '=', secret).where('version', '=', version).execute()
}

/** A number that no version of this secret had, also none that was given up before it came into use. The secret is locked. */
export const nextSecretVersion = async (transaction: Transaction, secret: string): Promise<number> => {
  const { rows } = await sql<{ newest: number }>`
    select greatest((select version from secrets where id = ${secret}),
      (select max(version) from secret_versions where secret_id = ${secret}),
      (select max(pending_version) from gateway_jobs where secret_id = ${secret})) as newest`.execute(transaction)
  return rows[0]!.newest + 1
}
