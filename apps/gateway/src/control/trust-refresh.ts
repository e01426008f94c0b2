/** Fetches the trust bundle when a newer one is announced or missed; one fetch at a time, and not more often than makes sense. */
import type { GatewayApi } from './api.ts'
import type { Trust } from './trust.ts'

/** Milliseconds between two fetches: many receipts may miss the same key at once. */
const SHORTEST_INTERVAL = 1_000

export interface TrustRefreshOptions {
  readonly trust: Pick<Trust, 'accept'>
  readonly api: Pick<GatewayApi, 'fetchTrustBundle'>
  readonly onFailure: (error: unknown) => void
  /** Milliseconds that only grow. */
  readonly monotonic?: () => number
}

export class TrustRefresh {
  readonly #options: TrustRefreshOptions
  readonly #monotonic: () => number
  #running: Promise<void> | null = null
  #fetchedAt = Number.NEGATIVE_INFINITY

  constructor(options: TrustRefreshOptions) {
    this.#options = options
    this.#monotonic = options.monotonic ?? (() => performance.now())
  }

  /** Resolves when the newest bundle is in use, or could not be had; never rejects. */
  refresh(): Promise<void> {
    if (this.#running === null && this.#monotonic() - this.#fetchedAt < SHORTEST_INTERVAL) return Promise.resolve()
    this.#running ??= this.#fetch().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #fetch(): Promise<void> {
    const { trust, api, onFailure } = this.#options
    try {
      await trust.accept(await api.fetchTrustBundle())
      this.#fetchedAt = this.#monotonic()
    } catch (error) {
      onFailure(error)
    }
  }
}
