/**
 * What stores made for leases: renewed while the lease lives, taken back when its connections are closed. What a killed gateway
 * leaves behind ends by itself, because nobody renews it.
 */
import { pause } from '@sallyport/program'
import { inBackground } from '../in-background.ts'
import type { StoreHold } from './store.ts'

/** Milliseconds for one call of the store. */
const CALL_LIMIT = 10_000
/** Milliseconds before each further attempt to take something back. */
const RETRIES = [1_000, 5_000, 30_000] as const
/** Renewed after this part of its life, and, if that failed, again after this part of what is left. */
const RENEW_AFTER = 1 / 2
const SHORTEST_WAIT = 1_000
/** setTimeout takes no longer time. */
const LONGEST_WAIT = 2 ** 31 - 1

interface Held {
  readonly hold: StoreHold
  timer: NodeJS.Timeout
  /** Milliseconds since any fixed moment. */
  endsAt: number
}

export interface StoreHoldsOptions {
  readonly onFailure: (event: 'store.not-renewed' | 'store.not-released', lease: string, error: unknown) => void
}

export class StoreHolds {
  readonly #options: StoreHoldsOptions
  readonly #held = new Map<string, Held>()
  readonly #ending = new Set<Promise<void>>()
  readonly #stopping = new AbortController()

  constructor(options: StoreHoldsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#held.size
  }

  /** From now on it lives as long as the lease. */
  keep(lease: string, hold: StoreHold): void {
    const held: Held = { hold, timer: setTimeout(() => undefined, 0), endsAt: performance.now() + hold.lifetime }
    this.#held.set(lease, held)
    this.#arm(lease, held)
  }

  /** The lease is over; resolves `closed` when its connections are. */
  end(lease: string, closed: Promise<unknown>): void {
    const held = this.#held.get(lease)
    if (held === undefined) return
    this.#held.delete(lease)
    clearTimeout(held.timer)
    this.letGo(lease, held.hold, closed)
  }

  /** Takes back what no lease came of, or what is over. */
  letGo(lease: string, hold: StoreHold, closed: Promise<unknown> = Promise.resolve()): void {
    const released = closed.then(() => this.#release(lease, hold)).finally(() => this.#ending.delete(released))
    this.#ending.add(released)
    inBackground(released)
  }

  /** Resolves when everything of ended leases is taken back, or could not be, or after so many milliseconds. */
  async stop(limitMs: number): Promise<void> {
    const settled = new AbortController()
    await Promise.race([Promise.all(this.#ending), pause(limitMs, settled.signal)])
    settled.abort()
    this.#stopping.abort()
    for (const { timer } of this.#held.values()) clearTimeout(timer)
    this.#held.clear()
  }

  #arm(lease: string, held: Held): void {
    clearTimeout(held.timer)
    const left = held.endsAt - performance.now()
    const wait = Math.min(Math.max(SHORTEST_WAIT, left * RENEW_AFTER), LONGEST_WAIT)
    held.timer = setTimeout(() => inBackground(this.#renew(lease, held)), wait)
    held.timer.unref()
  }

  async #renew(lease: string, held: Held): Promise<void> {
    try {
      held.endsAt = performance.now() + (await held.hold.renew(AbortSignal.timeout(CALL_LIMIT)))
    } catch (error) {
      this.#options.onFailure('store.not-renewed', lease, error)
      // It is over by itself; who connects next is refused by the resource, and asks the vault again.
      if (held.endsAt <= performance.now()) return
    }
    if (this.#held.get(lease) === held) this.#arm(lease, held)
  }

  /** Never rejects. */
  async #release(lease: string, hold: StoreHold): Promise<void> {
    for (const wait of [...RETRIES, null]) {
      try {
        return await hold.release(AbortSignal.timeout(CALL_LIMIT))
      } catch (error) {
        if (wait === null || this.#stopping.signal.aborted) return this.#options.onFailure('store.not-released', lease, error)
        await pause(wait, this.#stopping.signal)
      }
    }
  }
}
