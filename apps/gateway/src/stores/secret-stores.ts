/** Secrets that lie in third-party stores, fetched for one lease each. The only file that names the drivers. */
import { readTextUpTo } from '@sallyport/program'
import { assertNever, SallyportError, type StoredCredential } from '@sallyport/protocol'
import { type Patience, patiently, usualPatience } from './patience.ts'
import type { StoreReference, StoreSecret, StoreServices } from './store.ts'
import { fetchFromVault } from './vault/vault.ts'

const MAX_TOKEN_FILE = 8 * 1024

export interface SecretStores {
  /** Rejects with a `store_…` code, or `address_refused`. The caller overwrites what it got. */
  fetch(stored: StoredCredential): Promise<StoreSecret>
}

export interface SecretStoresOptions extends StoreServices {
  /** By the id of a gateway-trusted store: the file with the token that it believes. Read at each call: agents renew it there. */
  readonly tokenFiles: ReadonlyMap<string, string>
  readonly patience?: Patience
}

/** The vendors' libraries are loaded when the first secret of theirs is asked for. */
const fetchOnce = async (stored: StoredCredential, token: string, call: { services: StoreServices; signal: AbortSignal }) => {
  const { path, field, location } = stored
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

export const secretStores = (options: SecretStoresOptions): SecretStores => {
  const { tokenFiles, patience = usualPatience } = options

  const ownToken = async (store: string): Promise<string> => {
    const file = tokenFiles.get(store)
    const text = file === undefined ? null : await readTextUpTo(file, MAX_TOKEN_FILE).catch(() => null)
    if (text === null || text.trim() === '') {
      throw new SallyportError('store_denied', { cause: new Error(`this gateway has no token for the store ${store}`) })
    }
    return text.trim()
  }

  return {
    async fetch(stored) {
      const token = stored.token ?? (await ownToken(stored.store))
      return patiently(patience, (signal) => fetchOnce(stored, token, { services: options, signal }))
    },
  }
}
