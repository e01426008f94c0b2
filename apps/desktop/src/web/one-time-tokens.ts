/** Tokens that open one connection each. Kept as digests, so that looking one up takes no time that tells about another. */
import { createHash, randomBytes } from 'node:crypto'

const LENGTH = 32
/** More are not open at a time: the oldest ends. */
const MAX_OPEN = 64

const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64')

export class OneTimeTokens {
  readonly #ends = new Map<string, number>()
  readonly #now: () => number

  /** `now`: milliseconds of a clock that does not go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A token of 256 random bits, base64url, good for one connection within so many milliseconds. */
  issue(lifetimeMs: number): string {
    const token = randomBytes(LENGTH).toString('base64url')
    const [oldest] = this.#ends.keys()
    if (this.#ends.size >= MAX_OPEN && oldest !== undefined) this.#ends.delete(oldest)
    this.#ends.set(digestOf(token), this.#now() + lifetimeMs)
    return token
  }

  /** Whether it was good. It no longer is. */
  take(token: string): boolean {
    const digest = digestOf(token)
    const end = this.#ends.get(digest)
    this.#ends.delete(digest)
    return end !== undefined && this.#now() < end
  }
}
