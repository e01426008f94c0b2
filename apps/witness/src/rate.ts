/** How often one address may ask: a bucket for each, refilled as time goes by. */
interface Rate {
  /** Requests at once. */
  readonly burst: number
  readonly perSecond: number
}

/** Addresses that are remembered; beyond it all begin anew. */
const MAX_ADDRESSES = 10_000

export const rateLimit = ({ burst, perSecond }: Rate, clock: () => number): ((address: string) => boolean) => {
  const buckets = new Map<string, { left: number; at: number }>()
  return (address) => {
    const now = clock()
    if (buckets.size >= MAX_ADDRESSES) buckets.clear()
    const bucket = buckets.get(address) ?? { left: burst, at: now }
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    buckets.set(address, bucket)
    if (bucket.left < 1) return false
    bucket.left -= 1
    return true
  }
}
