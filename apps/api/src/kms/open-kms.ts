/** Opens the configured key management services. A driver, and its vendor's library, is loaded only if it is used. */
import { assertNever } from '@sallyport/protocol'
import type { KmsSource } from '../keys/kms-source.ts'
import { checkRootKey, loadRootKey, placeOfRootKey, type RootKey } from '../keys/root-key.ts'
import type { KeyService } from './key-service.ts'
import type { Kms } from './kms.ts'
import { localService, openLocalBefore } from './local/local.ts'
import { serviceKms } from './service-kms.ts'

export interface KmsOptions {
  /** Services that only open what they wrapped, until everything is under the present one. */
  readonly previous?: readonly KmsSource[]
  /** Milliseconds for which opened data keys may be used again; 0: never. */
  readonly cacheFor?: number
  /** Whether something was wrapped already; then a root key that is gone is not followed by another. Asked only when it is gone. */
  readonly isUsed?: () => Promise<boolean>
}

interface Opened {
  readonly service: KeyService
  readonly root: RootKey | null
}

const openService = async (source: KmsSource, mayMake: () => Promise<boolean>): Promise<Opened> => {
  switch (source.driver) {
    case 'local': {
      const root = await loadRootKey(source.rootKey, mayMake)
      return { service: localService(root, () => checkRootKey(source.rootKey, root)), root }
    }
    case 'aws': {
      const { awsService } = await import('./aws/aws.ts')
      return { service: awsService(source), root: null }
    }
    case 'transit': {
      const { transitService } = await import('./transit/transit.ts')
      return { service: transitService(source), root: null }
    }
    case 'google': {
      const { googleService } = await import('./google/google.ts')
      return { service: googleService(source), root: null }
    }
    case 'azure': {
      const { azureService } = await import('./azure/azure.ts')
      const { azureCredential } = await import('./azure/credential.ts')
      return { service: azureService({ ...source, credential: azureCredential(source.identity) }), root: null }
    }
    case 'pkcs11': {
      const { pkcs11Service } = await import('./pkcs11/pkcs11.ts')
      return { service: pkcs11Service(source), root: null }
    }
    default:
      return assertNever(source)
  }
}

const placeOf = (source: KmsSource, service: KeyService): string =>
  source.driver === 'local' ? placeOfRootKey(source.rootKey) : service.locator

/** `warning`: what an administrator must be told at each start. `place`: where the root key is, for messages. */
export const openKms = async (
  source: KmsSource,
  options: KmsOptions = {},
): Promise<{ readonly kms: Kms; readonly warning: string | null; readonly place: string }> => {
  const previous: Opened[] = []
  for (const before of options.previous ?? []) previous.push(await openService(before, () => Promise.resolve(false)))
  // Beside one of before, a new one is how everything comes under it.
  const mayMake = async () => previous.length > 0 || !((await options.isUsed?.()) ?? false)
  const present = await openService(source, mayMake)
  const roots = [present, ...previous].flatMap(({ root }) => (root === null ? [] : [root]))
  const kms = serviceKms({
    present: present.service,
    previous: previous.map(({ service }) => service),
    cacheFor: options.cacheFor ?? 0,
    openBefore: openLocalBefore(roots),
  })
  return { kms, warning: present.root?.warning ?? null, place: placeOf(source, present.service) }
}
