/** Which key management service the vault uses, as an administrator writes it. */
import type { RootKeySource } from './root-key.ts'

export type KmsSource =
  | { readonly driver: 'local'; readonly rootKey: RootKeySource }
  /** `key`: an ARN, of a key or an alias. Who asks is found as the vendor's tools find it. */
  | { readonly driver: 'aws'; readonly key: string; readonly endpoint?: string }
  /** `address`: an origin. Files are read again when they are needed. */
  | {
      readonly driver: 'transit'
      readonly address: string
      readonly mount: string
      readonly key: string
      readonly tokenFile: string
      readonly authorityFile: string | null
    }
