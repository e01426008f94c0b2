/** What the vault asks of a key management service: to wrap small keys under a context, and to unwrap them under the same one. */

/** What a wrapped key is for. Its canonical JSON is the associated data: unwrapping needs exactly the same context. */
export type EncryptionContext = Readonly<Record<string, string | number>>

/** Longest plaintext that is wrapped, in bytes: keys and seeds, never secrets themselves. */
export const MAX_WRAPPED_PLAINTEXT = 4096

export interface KmsDescription {
  readonly driver: string
  /** How the root key is kept, in words for an administrator. */
  readonly protection: string
  /** Names the root key and its version; changes when either does. Never the key itself. */
  readonly keyId: string
  /** What everything begins with that is wrapped under this version: what begins otherwise is to be rotated. */
  readonly prefix: Uint8Array
}

/** Throws `secret_unavailable` for what does not open, and a `kms_…` code when the service cannot be asked. */
export interface Kms {
  /** Same plaintext and context give other bytes each time. */
  wrap(plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array>
  /**
   * Throws `secret_unavailable` for a changed byte, another context and another root key. The caller overwrites the result
   * after use.
   */
  unwrap(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array>
  /** The same plaintext under the newest version of the root key. What is returned was opened once, so that it may replace the old. */
  rotate(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array>
  /** Asks the service which version is the newest. */
  describe(): Promise<KmsDescription>
  /** Whether it is under a root key that is configured, as far as can be told without asking a service. */
  isKnown(wrapped: Uint8Array, context: EncryptionContext): boolean
  /** Throws a `kms_…` code when the root key is in this process's memory only, so that a restart would open nothing. */
  stillKept(): Promise<void>
  /** Ends what the drivers hold open. */
  close(): Promise<void>
}
