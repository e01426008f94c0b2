/** What the vault asks of a key management service: to wrap small keys under a context, and to unwrap them under the same one. */

/** What a wrapped key is for. Its canonical JSON is the associated data: unwrapping needs exactly the same context. */
export type EncryptionContext = Readonly<Record<string, string | number>>

/** Longest plaintext that is wrapped, in bytes: keys and seeds, never secrets themselves. */
export const MAX_WRAPPED_PLAINTEXT = 4096

export interface KmsDescription {
  readonly driver: string
  /** How the root key is kept, in words for an administrator. */
  readonly protection: string
  /** Names the root key; changes when it does. Never the key itself. */
  readonly keyId: string
}

export interface Kms {
  /** Same plaintext and context give other bytes each time. Throws `secret_unavailable` when the service does not answer. */
  wrap(plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array>
  /**
   * Throws `secret_unavailable` for a changed byte, another context, another root key, and when the service does not answer.
   * The caller overwrites the result after use.
   */
  unwrap(wrapped: Uint8Array, context: EncryptionContext): Promise<Uint8Array>
  describe(): KmsDescription
}
