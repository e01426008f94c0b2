/**
 * The counter of the device state, as this gateway has seen it per session: it never falls, so that a copy of a device that is
 * behind is refused here even by an API that forgot, as after a restored backup. A new sign-in is a new session and begins anew.
 */
import { SallyportError } from '@sallyport/protocol'

/** Sessions remembered; the longest unused is forgotten first. */
const MAX_SESSIONS = 50_000

export class DeviceCounters {
  readonly #counters = new Map<string, number>()

  /** Throws `device_state_stale`. */
  check(session: string, counter: number): void {
    if (counter < (this.#counters.get(session) ?? 0)) throw new SallyportError('device_state_stale')
  }

  /** Notes a counter that the vault accepted. */
  advance(session: string, counter: number): void {
    const highest = Math.max(counter, this.#counters.get(session) ?? 0)
    this.#counters.delete(session)
    this.#counters.set(session, highest)
    if (this.#counters.size > MAX_SESSIONS) this.#counters.delete(this.#counters.keys().next().value!)
  }
}
