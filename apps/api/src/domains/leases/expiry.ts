/** When a lease ends that is decided now: never past its own lifetime, the session or the grant. Milliseconds since 1970. */
export const leaseExpiry = (bounds: {
  readonly now: number
  /** Seconds. */
  readonly lifetime: number
  readonly sessionExpiresAt: number
  readonly until: number | null
}): number => Math.min(bounds.now + bounds.lifetime * 1000, bounds.sessionExpiresAt, bounds.until ?? Number.POSITIVE_INFINITY)
