/**
 * The vault role: alone may use the KMS, release credentials and sign as an authority. What it is asked it checks itself, from
 * the bytes that clients and gateways signed.
 */
import { vaultActivityKeys } from '../domains/activity/index.ts'
import { type KmsSource, openKms } from '../kms/open-kms.ts'
import type { VaultLink } from '../links/index.ts'
import { authority } from './vault/authority.ts'
import { vaultKeys } from './vault/keys.ts'
import type { VaultParts } from './vault/parts.ts'
import { secrets } from './vault/secrets.ts'
import { unlocking } from './vault/unlock.ts'

export type { KmsSource }

export interface VaultOptions extends Omit<VaultParts, 'kms'> {
  readonly kms: KmsSource
}

/** Throws when the KMS cannot be opened. */
export const startVault = async (options: VaultOptions): Promise<VaultLink> => {
  const { kms, warning } = await openKms(options.kms)
  if (warning !== null) options.logger.warn({ event: 'vault.root-key', ...kms.describe() }, warning)
  const parts: VaultParts = { ...options, kms }
  const keys = vaultKeys(parts)
  return {
    ...authority(parts, keys),
    ...secrets(parts, keys),
    requestLease: unlocking(parts, keys),
    activityKey: vaultActivityKeys(parts),
  }
}
