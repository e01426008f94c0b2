/** How much each connection carries per second, remembered for the last minute. Byte counts come from the agent. */

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Bytes a second. */
  readonly up: number
  readonly down: number
}

interface Counted {
  readonly id: string
  readonly bytesUp: number
  readonly bytesDown: number
}

interface Known {
  readonly at: number
  readonly bytesUp: number
  readonly bytesDown: number
  readonly samples: readonly Sample[]
}

const KEPT_SAMPLES = 60
/** Shorter intervals say more about the clock than about the connection. */
const SHORTEST = 400
const SECOND = 1000
const NO_SAMPLES: readonly Sample[] = []

export class Traffic {
  #known = new Map<string, Known>()

  /** Takes the counts of all open connections at one time; forgets those that are not among them. */
  record(connections: readonly Counted[], at: number): void {
    this.#known = new Map(connections.map((counted) => [counted.id, this.#next(counted, at)]))
  }

  /** The oldest first. */
  of(id: string): readonly Sample[] {
    return this.#known.get(id)?.samples ?? NO_SAMPLES
  }

  #next({ id, bytesUp, bytesDown }: Counted, at: number): Known {
    const before = this.#known.get(id)
    if (!before) return { at, bytesUp, bytesDown, samples: NO_SAMPLES }
    const elapsed = at - before.at
    if (elapsed < SHORTEST) return before
    const rate = (now: number, then: number): number => (Math.max(0, now - then) * SECOND) / elapsed
    const sample = { at, up: rate(bytesUp, before.bytesUp), down: rate(bytesDown, before.bytesDown) }
    return { at, bytesUp, bytesDown, samples: [...before.samples, sample].slice(-KEPT_SAMPLES) }
  }
}

/** Of this window: it goes on while another screen is shown. */
export const traffic = new Traffic()
