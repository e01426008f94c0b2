import { INITIAL_WINDOW } from './constants.ts'
import { DeliveryRate } from './delivery-rate.ts'
import type { WindowBudget } from './window-budget.ts'

/** While the rate still grows the window gets ahead of it; then twice the path's content absorbs jitter and grant delay. */
const START_GAIN = 4
const STEADY_GAIN = 2
/** What two event loops add to any round trip, milliseconds: on a fast local path that is most of it. */
const TURNAROUND_MS = 2
/** A grant is worth a frame when it gives this part of the window. */
const GRANT_FRACTION = 4
/** What was taken is looked at when it comes to this much: often enough to see a rate, seldom enough to cost nothing. */
const LOOK_LENGTH = 32_768

export interface ReceiveWindowOptions {
  /** Bytes; at least {@link INITIAL_WINDOW}. */
  readonly maximum: number
  readonly budget: WindowBudget
}

/**
 * The window one side grants to the other on one stream. It follows the path: gain × delivery rate × minimum round trip.
 *
 * At any time `available` (may still arrive) + `untaken` (arrived, not yet with the consumer) + what could be granted
 * equals `size`. Units: bytes, milliseconds.
 */
export class ReceiveWindow {
  readonly #options: ReceiveWindowOptions
  #rate: DeliveryRate | null = null
  #size = INITIAL_WINDOW
  #available = INITIAL_WINDOW
  #untaken = 0
  /** Taken since the last look. */
  #unlooked = 0

  constructor(options: ReceiveWindowOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#size
  }

  get available(): number {
    return this.#available
  }

  /** Accounts for arriving payload; false if the peer had no right to send it. */
  arrived(bytes: number): boolean {
    if (bytes > this.#available) return false
    this.#available -= bytes
    this.#untaken += bytes
    return true
  }

  /** Accounts for what the consumer took. Whether it is time to ask {@link grant}. */
  taken(bytes: number): boolean {
    this.#untaken -= bytes
    this.#unlooked += bytes
    return this.#unlooked >= LOOK_LENGTH
  }

  /** The bytes to grant now, or 0. `roundTrip`: the path's minimum; null: unknown yet. */
  grant(now: number, roundTrip: number | null): number {
    if (roundTrip !== null) this.#follow(this.#unlooked, now, Math.max(roundTrip, TURNAROUND_MS))
    this.#unlooked = 0
    const grant = this.#size - this.#available - this.#untaken
    if (grant < this.#size / GRANT_FRACTION) return 0
    this.#available += grant
    return grant
  }

  /** Gives back what this window took from the session's budget. */
  release(): void {
    this.#options.budget.release(this.#size - INITIAL_WINDOW)
    this.#size = INITIAL_WINDOW
  }

  #follow(bytes: number, now: number, roundTrip: number): void {
    this.#rate ??= new DeliveryRate()
    if (!this.#rate.taken(bytes, now, roundTrip)) return
    const gain = this.#rate.growing ? START_GAIN : STEADY_GAIN
    const wanted = Math.floor(gain * this.#rate.best * roundTrip)
    this.#resize(Math.min(Math.max(wanted, INITIAL_WINDOW), this.#options.maximum))
  }

  #resize(size: number): void {
    if (size > this.#size) {
      this.#size += this.#options.budget.reserve(size - this.#size)
    } else {
      this.#options.budget.release(this.#size - size)
      this.#size = size
    }
  }
}
