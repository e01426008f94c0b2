/** Which key management service the vault uses, as an administrator writes it. */
import type { RootKeySource } from './root-key.ts'

/** Who the vault is to Azure. Files are read again when they are needed. */
export type AzureIdentity =
  /** The identity of the machine; `client` chooses among several. */
  | { readonly kind: 'managed'; readonly client: string | null }
  /** A token of another issuer that Azure trusts, as workload identity puts it in a file. */
  | (Registered & { readonly kind: 'federated'; readonly tokenFile: string })
  | (Registered & { readonly kind: 'secret'; readonly secretFile: string })

/** `authority`: the origin of the cloud's Microsoft Entra. */
interface Registered {
  readonly tenant: string
  readonly client: string
  readonly authority: string
}

export type KmsSource =
  | { readonly driver: 'local'; readonly rootKey: RootKeySource }
  /** `key`: an ARN, of a key or an alias. Who asks is found as the vendor's tools find it. */
  | { readonly driver: 'aws'; readonly key: string }
  /** `key`: `projects/…/locations/…/keyRings/…/cryptoKeys/…`. `endpoint`: an origin. */
  | { readonly driver: 'google'; readonly key: string; readonly endpoint: string }
  /** `vault`: an origin. `key`: the name of a key in it. */
  | { readonly driver: 'azure'; readonly vault: string; readonly key: string; readonly identity: AzureIdentity }
  /** `address`: an origin. Files are read again when they are needed. */
  | {
      readonly driver: 'transit'
      readonly address: string
      readonly mount: string
      readonly key: string
      readonly tokenFile: string
      readonly authorityFile: string | null
    }
  /** `token` and `key`: labels. `module`: the library of the device's vendor. */
  | {
      readonly driver: 'pkcs11'
      readonly module: string
      readonly token: string
      readonly key: string
      readonly pinFile: string
    }
