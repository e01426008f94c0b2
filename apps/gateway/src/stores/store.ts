/**
 * The interface between the gateway and a third-party store, in which a secret lies that Sallyport keeps nowhere. A driver signs
 * in with the token of one lease, fetches one secret or replaces it, and signs out; it never logs, never sees the API or another driver.
 */
import type { StoreKind, StoreLocation } from '@sallyport/protocol'

/** What is fetched: where it lies and by which right. */
export interface StoreReference<Kind extends StoreKind = StoreKind> {
  readonly location: Extract<StoreLocation, { kind: Kind }>
  readonly path: string
  /** Null: all of what is there. */
  readonly field: string | null
  /** The token of this lease; for a gateway-trusted store the one that the gateway keeps. */
  readonly token: string
}

/** What a store made for one lease, and takes back. */
export interface StoreHold {
  /** Milliseconds until it ends by itself. */
  readonly lifetime: number
  /** Resolves with the milliseconds until it ends by itself from then on. */
  renew(signal: AbortSignal): Promise<number>
  release(signal: AbortSignal): Promise<void>
}

export interface StoreSecret {
  readonly password: Buffer
  /** Who it belongs to, where the store made a user; null: who the credential says. */
  readonly userName: string | null
  /** Null: there is nothing to take back. */
  readonly hold: StoreHold | null
}

/** Rejects with a `store_…` code, or `address_refused`. */
export type FetchFromStore<Kind extends StoreKind> = (
  reference: StoreReference<Kind>,
  services: StoreServices,
  signal: AbortSignal,
) => Promise<StoreSecret>

export interface StoreChange {
  /** The new password; stays the caller's. Null: what is there is written back, which shows that writing is allowed. */
  readonly next: Buffer | null
  /** What the store called the secret after an earlier write: it is written to only if nobody did since. Null: however it is. */
  readonly after: number | null
}

/**
 * Writes a password where one was fetched, and leaves all else there as it is. Resolves with what the store calls the secret from then
 * on; null: it has no name for that, and whoever writes last wins. Rejects with a `store_…` code, `address_refused`, or `conflict`
 * when somebody else wrote in between, or where nothing can be written.
 */
export type ReplaceInStore<Kind extends StoreKind> = (
  reference: StoreReference<Kind>,
  change: StoreChange,
  call: { readonly services: StoreServices; readonly signal: AbortSignal },
) => Promise<number | null>

export interface StoreRequest {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** CA certificates (PEM) instead of the system's; empty or absent: the system's. */
  readonly authority?: string
  readonly signal: AbortSignal
}

export interface StoreAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** At most 64 KiB. The caller overwrites it. */
  readonly body: Buffer
}

/** What drivers need of the world. */
export interface StoreServices {
  /** HTTPS to where the gateway may connect. Rejects with `store_unreachable`, `store_slow` or `address_refused`. */
  send(request: StoreRequest): Promise<StoreAnswer>
  /** Tells that something failed that nobody waits for. */
  readonly onLeft: (error: unknown) => void
}
