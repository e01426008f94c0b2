/**
 * The vault role: alone may use the KMS, release credentials and sign as an authority. What it is asked it checks itself, from
 * the bytes that clients and gateways signed.
 */
import { vaultActivityKeys } from '../domains/activity/index.ts'
import type { KmsSource } from '../keys/kms-source.ts'
import { type KmsOptions, openKms } from '../kms/open-kms.ts'
import type { VaultLink } from '../links/index.ts'
import { authority } from './vault/authority.ts'
import { keyRotation } from './vault/key-rotation.ts'
import { vaultKeys } from './vault/keys.ts'
import type { VaultParts } from './vault/parts.ts'
import { secrets } from './vault/secrets.ts'
import { unlocking } from './vault/unlock.ts'

export interface VaultOptions extends Omit<VaultParts, 'kms'> {
  readonly kms: KmsSource
  readonly kmsOptions?: KmsOptions
}

/** Throws when the KMS cannot be opened. */
export const startVault = async (options: VaultOptions): Promise<VaultLink> => {
  const { kms, warning } = await openKms(options.kms, options.kmsOptions)
  if (warning !== null) options.logger.warn({ event: 'vault.root-key', driver: options.kms.driver }, warning)
  const parts: VaultParts = { ...options, kms }
  const keys = vaultKeys(parts)
  return {
    ...authority(parts, keys),
    ...secrets(parts, keys),
    ...keyRotation(parts),
    requestLease: unlocking(parts, keys),
    activityKey: vaultActivityKeys(parts),
  }
}
