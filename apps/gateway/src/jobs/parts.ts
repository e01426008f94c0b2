import type { Endpoint, ProbeStep } from '@sallyport/protocol'
import type { Adapter } from '../adapters/adapter.ts'
import type { Standing } from '../session/standing.ts'
import type { VaultRequests } from '../session/vault-requests.ts'
import type { SecretStores } from '../stores/secret-stores.ts'
import type { UpstreamConnector } from '../upstream/connector.ts'

/** What jobs do their work with. */
export interface JobParts {
  readonly organization: string
  readonly vault: VaultRequests
  readonly standing: Standing
  readonly adapters: readonly Adapter[]
  readonly upstream: UpstreamConnector
  readonly stores: SecretStores
  /** To which a new password is sealed. */
  readonly vaultKey: () => { readonly id: string; readonly publicKey: string }
  /** Tries to reach an endpoint without a credential. Never rejects. */
  readonly probe: (endpoint: Endpoint) => Promise<readonly ProbeStep[]>
}
