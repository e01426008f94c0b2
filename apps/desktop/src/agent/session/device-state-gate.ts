/**
 * Which message may carry which device state. The API takes two states that cross for a copy of this device, and ends every
 * session of it. So the next state is not asked for while a message with the present one is on its way, nor soon after one whose
 * answer was lost: it may still arrive.
 */
import { type DeviceState, SallyportError } from '@sallyport/protocol'

/** How long a message without an answer may still be on its way, milliseconds: gateways and API give up earlier. */
const LOST_MESSAGE_LIMIT = 45_000

export interface DeviceStateGateOptions {
  readonly current: () => DeviceState
  /** Milliseconds, monotonic. */
  readonly now?: () => number
  readonly lostMessageMs?: number
}

export class DeviceStateGate {
  readonly #options: DeviceStateGateOptions
  readonly #lost: number
  #underWay = 0
  #quietAt = 0
  #renewing: Promise<void> | null = null
  #onIdle: (() => void) | null = null

  constructor(options: DeviceStateGateOptions) {
    this.#options = options
    this.#lost = options.lostMessageMs ?? LOST_MESSAGE_LIMIT
  }

  /** Milliseconds until {@link renew} may run. */
  get wait(): number {
    return Math.max(0, this.#quietAt - this.#now())
  }

  /** Runs `send` with the present state. It resolves, or rejects with a `SallyportError`, when the message was answered. */
  async use<Result>(send: (state: DeviceState) => Promise<Result>): Promise<Result> {
    while (this.#renewing !== null) await this.#renewing
    this.#underWay += 1
    try {
      return await send(this.#options.current())
    } catch (error) {
      if (!(error instanceof SallyportError)) this.#quietAt = this.#now() + this.#lost
      throw error
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#onIdle?.()
    }
  }

  /** Runs `renew` when nothing is on its way; what comes meanwhile waits for the state after. False: not now, see `wait`. */
  async renew(renew: (state: DeviceState) => Promise<void>): Promise<boolean> {
    while (this.#renewing !== null) await this.#renewing
    const done = Promise.withResolvers<void>()
    this.#renewing = done.promise
    try {
      if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
      this.#onIdle = null
      if (this.wait > 0) return false
      await renew(this.#options.current())
      return true
    } finally {
      this.#renewing = null
      done.resolve()
    }
  }

  #now(): number {
    return (this.#options.now ?? (() => performance.now()))()
  }
}
