/**
 * The vault role: alone may use the KMS, release credentials and sign as an authority. What it is asked it checks itself, from
 * the bytes that clients and gateways signed.
 */
import { SallyportError } from '@sallyport/protocol'
import { vaultActivityKeys } from '../domains/activity/index.ts'
import { vaultPersonalKey } from '../domains/personal-data/index.ts'
import type { KmsSource } from '../keys/kms-source.ts'
import { type KmsOptions, openKms } from '../kms/open-kms.ts'
import { watchKms } from '../kms/watch-kms.ts'
import type { VaultLink } from '../links/index.ts'
import { authority } from './vault/authority.ts'
import { unlockingForJobs } from './vault/job-unlock.ts'
import { keyRotation } from './vault/key-rotation.ts'
import { vaultKeys } from './vault/keys.ts'
import type { VaultParts } from './vault/parts.ts'
import { restingUnder } from './vault/resting-keys.ts'
import { passwordRotation } from './vault/rotation.ts'
import { secrets } from './vault/secrets.ts'
import { serviceTokens } from './vault/service-tokens.ts'
import { sinkSecrets } from './vault/sink-secrets.ts'
import { storeTokens } from './vault/store-tokens.ts'
import { storedSecrets } from './vault/stored-secrets.ts'
import { tokenKeys } from './vault/token-keys.ts'
import { unlocking } from './vault/unlock.ts'

export interface VaultOptions extends Omit<VaultParts, 'kms'> {
  readonly kms: KmsSource
  readonly kmsOptions?: Omit<KmsOptions, 'isUsed'>
  /** Milliseconds from one look at the KMS to the next; for tests. */
  readonly watchPause?: number
}

export interface VaultRole {
  readonly link: VaultLink
  /** Ends what the KMS holds open, and forgets opened data keys. */
  close(): Promise<void>
}

/** Nothing is begun anew beside what rests under another root key: somebody put it in the place of the right one. */
const openOwnKms = async ({ kms: source, kmsOptions, pool }: VaultOptions) => {
  const isUsed = async (): Promise<boolean> => (await restingUnder(pool, () => true)) !== 'none'
  const { kms, warning, place } = await openKms(source, { ...kmsOptions, isUsed })
  if ((await restingUnder(pool, (...wrapped) => kms.isKnown(...wrapped))) !== 'foreign') return { kms, warning }
  await kms.close()
  const message = `Another root key than the one of this database: ${place}. Put back the one of before; one that shall follow it needs that one as SALLYPORT_KMS_PREVIOUS.`
  throw new SallyportError('kms_key_missing', { message })
}

/** Throws when the KMS cannot be opened, and `kms_key_missing` for another root key than the one under which everything rests. */
export const startVault = async (options: VaultOptions): Promise<VaultRole> => {
  const { kms, warning } = await openOwnKms(options)
  if (warning !== null) options.logger.warn({ event: 'vault.root-key', driver: options.kms.driver }, warning)
  const parts: VaultParts = { ...options, kms }
  const personalKey = vaultPersonalKey(parts)
  const keys = vaultKeys(parts)
  const { withSigningKey, keep, ...tokenKeyOperations } = tokenKeys(parts)
  const tokens = storeTokens(parts, { withSigningKey })
  const rotation = keyRotation(parts)
  const { watchPause: pause, kmsOptions } = options
  const caches = (kmsOptions?.cacheFor ?? 0) > 0
  const watch = watchKms({ ...parts, caches, ...(pause === undefined ? {} : { pause }) })
  return {
    link: {
      health: () => Promise.resolve({ kms: watch.health() }),
      ...authority(parts, keys),
      ...secrets(parts, keys),
      ...sinkSecrets(parts, keys),
      ...storedSecrets(parts),
      ...tokenKeyOperations,
      ...serviceTokens(parts, { withSigningKey }),
      ...rotation,
      async keepKeys(asked) {
        await keep(asked.organization)
        return rotation.keepKeys(asked)
      },
      ...passwordRotation(parts, keys),
      requestLease: unlocking(parts, keys, { tokens, forJob: unlockingForJobs(parts, keys, tokens) }),
      activityKey: vaultActivityKeys(parts),
      personalKey,
    },
    async close() {
      watch.close()
      await kms.close()
    },
  }
}
