/** The driver without a service: wraps under one root key that this machine keeps. */
import { randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { openBytes, sealBytes } from '../../keys/envelope.ts'
import type { RootKey } from '../../keys/root-key.ts'
import { type BoundContext, DATA_KEY, type KeyService } from '../key-service.ts'
import type { EncryptionContext, Kms } from '../kms.ts'
import { serviceKms } from '../service-kms.ts'

/** Keeps data keys apart from anything else sealed under the same root key. */
const contextOf = ({ text }: BoundContext) => ({ use: 'sallyport kms local v2', context: text })

const opened = (open: () => Buffer): Buffer => {
  try {
    return open()
  } catch (cause) {
    throw new SallyportError('secret_unavailable', { cause })
  }
}

/** `stillKept`: see there; absent where the key lies nowhere. */
export const localService = (root: RootKey, stillKept?: () => Promise<void>): KeyService => ({
  driver: 'local',
  locator: root.id,
  protection: root.protection,
  async generate(context) {
    const plaintext = randomBytes(DATA_KEY)
    return { plaintext, wrapped: sealBytes(plaintext, root.key, contextOf(context)), version: root.id }
  },
  open: async (wrapped, context) => opened(() => openBytes(wrapped, root.key, contextOf(context))),
  version: () => Promise.resolve(root.id),
  ...(stillKept === undefined ? {} : { stillKept }),
  async close() {
    root.key.fill(0)
  },
})

/** Before services were drivers, the local one sealed plaintexts under the root key itself. */
export const openLocalBefore = (roots: readonly RootKey[]) => (wrapped: Uint8Array, context: EncryptionContext) => {
  for (const root of roots) {
    try {
      return openBytes(wrapped, root.key, { use: 'sallyport kms local v1', context })
    } catch {
      // Of another root key, or of none: the caller says so.
    }
  }
  return null
}

export const localKms = (root: RootKey): Kms => serviceKms({ present: localService(root), openBefore: openLocalBefore([root]) })
