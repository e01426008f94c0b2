/** The vault's rows: only its database role may read or write them. */
import type { Transaction } from '../../db/schema.ts'

export interface SecretVersion {
  readonly secret: string
  readonly version: number
  readonly resource: string
  readonly endpointDigest: string
  readonly wrappedKey: Uint8Array
  readonly ciphertext: Uint8Array
}

type Dated = { readonly at: Date }

export const insertSecret = async (
  transaction: Transaction,
  secret: Pick<SecretVersion, 'secret' | 'version' | 'resource' | 'endpointDigest'> & Dated,
): Promise<void> => {
  await transaction
    .insertInto('secrets')
    .values({
      id: secret.secret,
      resource_id: secret.resource,
      version: secret.version,
      endpoint_digest: secret.endpointDigest,
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
  { secret, version, endpointDigest }: Pick<SecretVersion, 'secret' | 'version' | 'endpointDigest'>,
): Promise<void> => {
  await transaction.updateTable('secrets').set({ version, endpoint_digest: endpointDigest }).where('id', '=', secret).execute()
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
export const rebindSecretVersion = async (transaction: Transaction, version: SecretVersion): Promise<void> => {
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
