/** Opens the configured key management service. */
import { assertNever } from '@sallyport/protocol'
import { loadRootKey, type RootKeySource } from '../keys/root-key.ts'
import type { Kms } from './kms.ts'
import { localKms } from './local/local.ts'

export type KmsSource = { readonly driver: 'local'; readonly rootKey: RootKeySource }

/** `warning`: what an administrator must be told at each start. */
export const openKms = async (source: KmsSource): Promise<{ readonly kms: Kms; readonly warning: string | null }> => {
  switch (source.driver) {
    case 'local': {
      const root = await loadRootKey(source.rootKey)
      return { kms: localKms(root), warning: root.warning }
    }
    default:
      return assertNever(source.driver)
  }
}
