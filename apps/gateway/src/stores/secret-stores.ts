/** Secrets that lie in third-party stores, fetched for one lease each and replaced by rotations. The only file that names the drivers. */
import { readTextUpTo } from '@sallyport/program'
import { assertNever, SallyportError, type StoredCredential, type StoreLocation } from '@sallyport/protocol'
import { type Patience, patiently, usualPatience } from './patience.ts'
import type { StoreChange, StoreReference, StoreSecret, StoreServices } from './store.ts'
import { fetchFromVault, replaceInVault } from './vault/vault.ts'

const MAX_TOKEN_FILE = 8 * 1024

export interface SecretStores {
  /** Rejects with a `store_…` code, or `address_refused`. The caller overwrites what it got. */
  fetch(stored: StoredCredential): Promise<StoreSecret>
  /** As the drivers do ({@link ReplaceInStore}); a refusal says which right is missing. */
  replace(stored: StoredCredential, change: StoreChange): Promise<number | null>
}

export interface SecretStoresOptions extends StoreServices {
  /** By the id of a gateway-trusted store: the file with the token that it believes. Read at each call: agents renew it there. */
  readonly tokenFiles: ReadonlyMap<string, string>
  readonly patience?: Patience
}

interface Call {
  readonly services: StoreServices
  readonly signal: AbortSignal
}

/** With the token that is shown to the store. */
type Shown = StoredCredential & { readonly token: string }

/** The vendors' libraries are loaded when the first secret of theirs is asked for. */
const fetchOnce = async (stored: Shown, call: Call) => {
  const { path, field, location, token } = stored
  const { services, signal } = call
  const reference = <Location extends StoreReference['location']>(at: Location) => ({ location: at, path, field, token })
  switch (location.kind) {
    case 'vault':
      return fetchFromVault(reference(location), services, signal)
    case 'aws': {
      const { fetchingFromAws } = await import('./aws/aws.ts')
      return fetchingFromAws()(reference(location), services, signal)
    }
    case 'google': {
      const { fetchingFromGoogle } = await import('./google/google.ts')
      return fetchingFromGoogle()(reference(location), services, signal)
    }
    case 'azure': {
      const { fetchingFromAzure } = await import('./azure/azure.ts')
      return fetchingFromAzure()(reference(location), services, signal)
    }
    default:
      return assertNever(location)
  }
}

const replaceOnce = async (stored: Shown, change: StoreChange, call: Call): Promise<number | null> => {
  const { path, field, location, token } = stored
  const reference = <Location extends StoreReference['location']>(at: Location) => ({ location: at, path, field, token })
  switch (location.kind) {
    case 'vault':
      return replaceInVault(reference(location), change, call)
    case 'aws': {
      const { replacingInAws } = await import('./aws/aws.ts')
      return replacingInAws()(reference(location), change, call)
    }
    case 'google': {
      const { replacingInGoogle } = await import('./google/google.ts')
      return replacingInGoogle()(reference(location), change, call)
    }
    case 'azure': {
      const { replacingInAzure } = await import('./azure/azure.ts')
      return replacingInAzure()(reference(location), change, call)
    }
    default:
      return assertNever(location)
  }
}

/** The right that is missing where reading was allowed and writing was not. */
const writingRights: Readonly<Record<StoreLocation['kind'], string>> = {
  vault: 'The store does not let rotations write: their policy lacks "patch" on the data of this path.',
  aws: 'The store does not let rotations write: their role lacks secretsmanager:PutSecretValue on this secret.',
  google: 'The store does not let rotations write: their principals lack secretmanager.versions.add on this secret.',
  azure: 'The store does not let rotations write: their application lacks the right to set this secret.',
}

const refusedToWrite = (error: unknown, { location }: StoredCredential): unknown =>
  error instanceof SallyportError && error.code === 'store_denied'
    ? new SallyportError('store_denied', { message: writingRights[location.kind], cause: error })
    : error

export const secretStores = (options: SecretStoresOptions): SecretStores => {
  const { tokenFiles, patience = usualPatience } = options

  const tokenOf = async ({ token, store }: StoredCredential): Promise<string> => {
    if (token !== null) return token
    const file = tokenFiles.get(store)
    const text = file === undefined ? null : await readTextUpTo(file, MAX_TOKEN_FILE).catch(() => null)
    if (text === null || text.trim() === '') {
      throw new SallyportError('store_denied', { cause: new Error(`this gateway has no token for the store ${store}`) })
    }
    return text.trim()
  }

  return {
    async fetch(stored) {
      const shown = { ...stored, token: await tokenOf(stored) }
      return patiently(patience, (signal) => fetchOnce(shown, { services: options, signal }))
    },
    async replace(stored, change) {
      const shown = { ...stored, token: await tokenOf(stored) }
      try {
        return await patiently(patience, (signal) => replaceOnce(shown, change, { services: options, signal }))
      } catch (error) {
        throw refusedToWrite(error, stored)
      }
    },
  }
}
