/** Opens the configured key management services. A driver, and its vendor's library, is loaded only if it is used. */
import { assertNever } from '@sallyport/protocol'
import type { KmsSource } from '../keys/kms-source.ts'
import { loadRootKey, type RootKey } from '../keys/root-key.ts'
import type { KeyService } from './key-service.ts'
import type { Kms } from './kms.ts'
import { localService, openLocalBefore } from './local/local.ts'
import { serviceKms } from './service-kms.ts'

export interface KmsOptions {
  /** Services that only open what they wrapped, until everything is under the present one. */
  readonly previous?: readonly KmsSource[]
  /** Milliseconds for which opened data keys may be used again; 0: never. */
  readonly cacheFor?: number
}

interface Opened {
  readonly service: KeyService
  readonly root: RootKey | null
}

const openService = async (source: KmsSource): Promise<Opened> => {
  switch (source.driver) {
    case 'local': {
      const root = await loadRootKey(source.rootKey)
      return { service: localService(root), root }
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

/** `warning`: what an administrator must be told at each start. */
export const openKms = async (
  source: KmsSource,
  options: KmsOptions = {},
): Promise<{ readonly kms: Kms; readonly warning: string | null }> => {
  const present = await openService(source)
  const previous: Opened[] = []
  for (const before of options.previous ?? []) previous.push(await openService(before))
  const roots = [present, ...previous].flatMap(({ root }) => (root === null ? [] : [root]))
  const kms = serviceKms({
    present: present.service,
    previous: previous.map(({ service }) => service),
    cacheFor: options.cacheFor ?? 0,
    openBefore: openLocalBefore(roots),
  })
  return { kms, warning: present.root?.warning ?? null }
}
