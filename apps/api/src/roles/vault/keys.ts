/** The vault's own keys: authorities' and sealing keys, made on first use, kept wrapped, unwrapped for one use at a time. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { deriveSealingKeyPair, SallyportError, type SealingKeyPair } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { withSecretBytes } from '../../keys/with-bytes.ts'
import { deploymentKeys, nextDeploymentKey } from './deployment-keys.ts'
import {
  type AuthorityUse,
  lockMaking,
  makeKey,
  MAX_KEYS,
  refuseAnother,
  type StoredKey,
  type Use,
  vaultKeyContext,
} from './make-key.ts'
import type { VaultParts } from './parts.ts'

/** `id`: which of those that followed one another; absent: the newest. */
type AuthorityScope =
  | { readonly scope: 'deployment'; readonly id?: string }
  | { readonly scope: 'organization'; readonly organization: string; readonly id?: string }

type Parts = Pick<VaultParts, 'pool' | 'kms' | 'clock'>

const readOrganizationKeys = async (transaction: Transaction, use: Use): Promise<StoredKey[]> => {
  const rows = await transaction
    .selectFrom('vault_keys')
    .selectAll()
    .where('use', '=', use)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(MAX_KEYS)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    publicKey: row.public_key,
    wrapped: row.wrapped,
    retiresAt: row.retires_at?.getTime() ?? null,
  }))
}

export const makeSealingKey = (parts: Pick<Parts, 'kms'>, organization: string): Promise<StoredKey> =>
  makeKey(parts, { scope: 'organization', organization }, 'sealing')

/** The newest from now on. */
export const insertSealingKey = async (transaction: Transaction, key: StoredKey, createdAt: Date): Promise<void> => {
  await transaction
    .insertInto('vault_keys')
    .values({
      id: key.id,
      use: 'sealing',
      public_key: Buffer.from(key.publicKey),
      wrapped: Buffer.from(key.wrapped),
      created_at: createdAt,
    })
    .execute()
}

/** The newest from now on, whatever the clock says. */
const insertKey = async (transaction: Transaction, use: Use, key: StoredKey): Promise<void> => {
  const after = sql`(select max(created_at) + interval '1 millisecond' from vault_keys where use = ${use})`
  await transaction
    .insertInto('vault_keys')
    .values({
      id: key.id,
      use,
      public_key: Buffer.from(key.publicKey),
      wrapped: Buffer.from(key.wrapped),
      created_at: sql<Date>`greatest(clock_timestamp(), ${after})`,
    })
    .execute()
}

const organizationKeys = (parts: Parts, organization: string, use: Use): Promise<readonly StoredKey[]> =>
  withOrganization(parts.pool, organization, async (transaction) => {
    const present = await readOrganizationKeys(transaction, use)
    if (present.length > 0) return present
    await lockMaking(transaction, `${organization} ${use}`)
    const meanwhile = await readOrganizationKeys(transaction, use)
    if (meanwhile.length > 0) return meanwhile
    const key = await makeKey(parts, { scope: 'organization', organization }, use)
    await insertKey(transaction, use, key)
    return [key]
  })

const hasCertificate = async (transaction: Transaction, { id }: StoredKey): Promise<boolean> => {
  const certificates = transaction.selectFrom('authority_certificates').select('id').where('key_id', '=', id)
  return (await certificates.executeTakeFirst()) !== undefined
}

/** The newest key that has no certificate yet. */
const nextKey = async (parts: Parts, organization: string, use: AuthorityUse): Promise<StoredKey> => {
  // Made before a lock is taken: the service may take its time.
  const fresh = await makeKey(parts, { scope: 'organization', organization }, use)
  return withOrganization(parts.pool, organization, async (transaction) => {
    await lockMaking(transaction, `${organization} ${use}`)
    const present = await readOrganizationKeys(transaction, use)
    if (present[0] !== undefined && !(await hasCertificate(transaction, present[0]))) return present[0]
    if (present.length >= MAX_KEYS) refuseAnother()
    await insertKey(transaction, use, fresh)
    return fresh
  })
}

export interface VaultKeys {
  /** Made when there is none. Throws `certificate_invalid` for a key that is not there. */
  authorityKey(scope: AuthorityScope, use: AuthorityUse): Promise<{ readonly id: string; readonly publicKey: Uint8Array }>
  /** The newest one, unless it has a certificate already: then another one is made. Throws `limit_reached`. */
  nextAuthorityKey(scope: AuthorityScope, use: AuthorityUse): Promise<{ readonly publicKey: Uint8Array }>
  /** Hands the private key to `work`; nothing keeps it afterwards. */
  withAuthorityKey<Result>(scope: AuthorityScope, use: AuthorityUse | 'job', work: (key: KeyObject) => Result): Promise<Result>
  /** Key ids of every key this organization's vault ever had of this use, as far as they are still in use. */
  knownKeys(organization: string, use: Use): Promise<readonly { readonly id: string; readonly publicKey: Uint8Array }[]>
  /** Keys of the deployment's roots, the newest first. */
  deploymentKeys(): Promise<readonly { readonly id: string; readonly publicKey: Uint8Array }[]>
  /** Opens with the sealing key of this id. Throws `unseal_failed` for an id that is not one of this organization's. */
  withSealingKey<Result>(
    organization: string,
    id: string,
    work: (key: SealingKeyPair['privateKey']) => Promise<Result>,
  ): Promise<Result>
}

/** Sealing keys, as they rest, that are not read again for each unlock. */
const MAX_KEPT = 10_000

export const vaultKeys = (parts: Parts): VaultKeys => {
  /** What is kept is wrapped; each use asks the KMS. */
  const kept = new Map<string, StoredKey>()
  const nameOf = (organization: string, id: string): string => `${organization} ${id}`

  const isOver = ({ retiresAt }: StoredKey): boolean => retiresAt !== null && retiresAt <= parts.clock()

  const sealingKey = async (organization: string, id: string): Promise<StoredKey | undefined> => {
    const name = nameOf(organization, id)
    const known = kept.get(name)
    if (known) return known
    const key = (await organizationKeys(parts, organization, 'sealing')).find((candidate) => candidate.id === id)
    if (kept.size >= MAX_KEPT) kept.clear()
    // One that is about to retire is read again each time: when, may be changed.
    if (key?.retiresAt === null) kept.set(name, key)
    return key
  }

  const unwrapSealing = async (organization: string, id: string): Promise<Uint8Array> => {
    const context = vaultKeyContext({ scope: 'organization', organization }, { use: 'sealing', id })
    const known = kept.get(nameOf(organization, id))
    const key = await sealingKey(organization, id)
    if (!key || isOver(key)) {
      throw new SallyportError('unseal_failed', { message: 'It was sealed to a key that this vault does not have.' })
    }
    try {
      return await parts.kms.unwrap(key.wrapped, context)
    } catch (error) {
      kept.delete(nameOf(organization, id))
      if (known === undefined) throw error
      // Wrapped again since it was read, or put right.
      const fresh = await sealingKey(organization, id)
      if (!fresh || isOver(fresh) || Buffer.from(fresh.wrapped).equals(key.wrapped)) throw error
      return parts.kms.unwrap(fresh.wrapped, context)
    }
  }

  const stored = async (scope: AuthorityScope, use: AuthorityUse | 'job'): Promise<StoredKey> => {
    const known =
      scope.scope === 'deployment' ? await deploymentKeys(parts) : await organizationKeys(parts, scope.organization, use)
    const found = scope.id === undefined ? known[0] : known.find(({ id }) => id === scope.id)
    if (!found) throw new SallyportError('certificate_invalid', { message: 'The vault has no such key.' })
    return found
  }
  return {
    authorityKey: stored,
    async withAuthorityKey(scope, use, work) {
      const key = await stored(scope, use)
      const pkcs8 = parts.kms.unwrap(key.wrapped, vaultKeyContext(scope, { use, id: key.id }))
      return withSecretBytes(pkcs8, (bytes) =>
        work(createPrivateKey({ key: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), format: 'der', type: 'pkcs8' })),
      )
    },
    nextAuthorityKey: (scope, use) =>
      scope.scope === 'deployment' ? nextDeploymentKey(parts) : nextKey(parts, scope.organization, use),
    deploymentKeys: () => deploymentKeys(parts),
    knownKeys: (organization, use) => organizationKeys(parts, organization, use),
    withSealingKey: (organization, id, work) =>
      withSecretBytes(unwrapSealing(organization, id), async (bytes) => work((await deriveSealingKeyPair(bytes)).privateKey)),
  }
}
