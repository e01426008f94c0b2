/** What a driver is: a service that keeps a root key and wraps data keys of 32 bytes under it. */

/** A context as the services take it. */
export interface BoundContext {
  /** Canonical JSON. For services that take bytes as associated data. */
  readonly text: string
  /** For services that take fields: the context's own as text, and `sallyport`, the digest of `text`, which makes it exact. */
  readonly fields: Readonly<Record<string, string>>
}

export interface DataKey {
  /** 32 bytes. The caller overwrites them. */
  readonly plaintext: Uint8Array
  /** As the service returned it; at most {@link MAX_WRAPPED_KEY} bytes. */
  readonly wrapped: Uint8Array
  /** The version of the root key under which it is. */
  readonly version: string
}

export const DATA_KEY = 32
/** Longest answer of a service that is kept, in bytes. */
export const MAX_WRAPPED_KEY = 2048

/** Throws `secret_unavailable` for what does not open, and one of the `kms_…` codes when the service cannot be asked. */
export interface KeyService {
  readonly driver: string
  /** Names the root key, without its version. */
  readonly locator: string
  /** How the root key is kept, in words for an administrator. */
  readonly protection: string
  generate(context: BoundContext, signal: AbortSignal): Promise<DataKey>
  /** The data key; the caller overwrites it. */
  open(wrapped: Uint8Array, context: BoundContext, signal: AbortSignal): Promise<Uint8Array>
  /** The same data key under the newest version. Absent: it is opened and wrapped by a new `generate`. */
  rewrap?(wrapped: Uint8Array, context: BoundContext, signal: AbortSignal): Promise<Omit<DataKey, 'plaintext'>>
  /** Throws a `kms_…` code when a restart would not find the root key, though this process has it. Absent: it never has it. */
  stillKept?(): Promise<void>
  /** The newest version, which the next `generate` will use. */
  version(signal: AbortSignal): Promise<string>
  close?(): Promise<void>
}
