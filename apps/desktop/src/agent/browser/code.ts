/** The one-time code that a page gives when its person has done their part. */

/** Milliseconds that its receiver waits: the page itself lasts no longer. */
export const PATIENCE = 10 * 60_000

/** 32 random bytes. */
export const CODE = /^[A-Za-z0-9_-]{43}$/

export interface CodeReceiver {
  /** What the API is told: where the code goes, and what its receiver will prove (RFC 7636, S256). */
  readonly receiver: { readonly redirectPort: number | null; readonly state: string; readonly codeChallenge: string }
  readonly verifier: string
  /** Rejects with `browser_unfinished` when nobody came in time, or after {@link close}. */
  readonly code: Promise<string>
  /**
   * Takes what a person pasted. Throws `browser_code_invalid` for what is no code, which may be tried again, and `conflict` where
   * the browser brings it.
   */
  give(pasted: string): void
  /** Where the browser is sent after it brought the code. */
  leadTo(url: string): void
  close(): void
}
