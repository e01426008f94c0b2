import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INITIAL_WINDOW, MAX_WINDOW } from './constants.ts'
import { ReceiveWindow } from './receive-window.ts'
import { WindowBudget } from './window-budget.ts'

const STEP = 16_384

interface Path {
  /** Bytes per millisecond. */
  readonly rate: number
  /** Milliseconds. */
  readonly roundTrip: number
}

/**
 * A sender that always has data, over a path of this rate and round trip, to a consumer that takes everything at once.
 * Returns bytes delivered per millisecond in the second half of the run.
 */
function simulate(window: ReceiveWindow, path: Path, duration: number): number {
  const arrivals: { at: number; bytes: number }[] = []
  const grants: { at: number; bytes: number }[] = []
  let credit = window.available
  let wireFree = 0
  let late = 0
  for (let now = 0; now < duration; now += 1) {
    while (grants[0] !== undefined && grants[0].at <= now) credit += grants.shift()!.bytes
    while (credit >= STEP && wireFree <= now + path.roundTrip) {
      credit -= STEP
      wireFree = Math.max(wireFree, now) + STEP / path.rate
      arrivals.push({ at: wireFree + path.roundTrip / 2, bytes: STEP })
    }
    while (arrivals[0] !== undefined && arrivals[0].at <= now) {
      const { bytes } = arrivals.shift()!
      expect(window.arrived(bytes)).toBe(true)
      if (now > duration / 2) late += bytes
      const grant = window.taken(bytes) ? window.grant(now, path.roundTrip) : 0
      if (grant > 0) grants.push({ at: now + path.roundTrip / 2, bytes: grant })
    }
  }
  return late / (duration / 2)
}

function fresh(total = 64 * 1_048_576): ReceiveWindow {
  return new ReceiveWindow({ maximum: MAX_WINDOW, budget: new WindowBudget(total) })
}

describe('receive window', () => {
  test('grows until a long fast path is full', () => {
    const path = { rate: 125_000, roundTrip: 50 }
    const window = fresh()
    expect(simulate(window, path, 4_000)).toBeGreaterThan(0.95 * path.rate)
    expect(window.size).toBeGreaterThan(path.rate * path.roundTrip)
  })

  test('settles at about twice what the path holds, so that its queue stays short', () => {
    const path = { rate: 12_500, roundTrip: 40 }
    const window = fresh()
    expect(simulate(window, path, 6_000)).toBeGreaterThan(0.95 * path.rate)
    expect(window.size).toBeLessThan(2.5 * path.rate * path.roundTrip)
  })

  test('stays at its initial size where that is enough', () => {
    const window = fresh()
    simulate(window, { rate: 1_000, roundTrip: 10 }, 3_000)
    expect(window.size).toBe(INITIAL_WINDOW)
  })

  test("never exceeds its maximum or the session's budget, and gives the budget back", () => {
    const budget = new WindowBudget(1_000_000)
    const first = new ReceiveWindow({ maximum: MAX_WINDOW, budget })
    simulate(first, { rate: 125_000, roundTrip: 100 }, 3_000)
    expect(first.size).toBe(INITIAL_WINDOW + 1_000_000)
    expect(budget.free).toBe(0)
    first.release()
    first.release()
    expect(budget.free).toBe(1_000_000)
    const capped = fresh()
    simulate(capped, { rate: 1_000_000, roundTrip: 200 }, 3_000)
    expect(capped.size).toBe(MAX_WINDOW)
  })

  test('shrinks again when the path becomes slow', () => {
    const window = fresh()
    simulate(window, { rate: 125_000, roundTrip: 50 }, 2_000)
    const large = window.size
    let now = 2_000
    for (let round = 0; round < 20_000 && window.size > large / 4; round += 1) {
      now += 10
      if (window.arrived(STEP) && window.taken(STEP)) window.grant(now, 50)
    }
    expect(window.size).toBeLessThanOrEqual(large / 4)
  })

  test('does not grow without a measured round trip', () => {
    const window = fresh()
    for (let now = 0; now < 1_000; now += 1) {
      window.arrived(STEP)
      if (window.taken(STEP)) window.grant(now, null)
    }
    expect(window.size).toBe(INITIAL_WINDOW)
  })

  test('what may arrive plus what waits never exceeds the size, whatever happens', () => {
    const event = fc.record({
      arrive: fc.integer({ min: 0, max: 100_000 }),
      take: fc.integer({ min: 0, max: 100_000 }),
      wait: fc.integer({ min: 0, max: 50 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const window = fresh(1_000_000)
        let untaken = 0
        let now = 0
        let largest = INITIAL_WINDOW
        for (const { arrive, take, wait } of events) {
          now += wait
          if (window.arrived(arrive)) untaken += arrive
          const taken = Math.min(take, untaken)
          untaken -= taken
          if (window.taken(taken)) window.grant(now, 20)
          largest = Math.max(largest, window.size)
          expect(window.available + untaken).toBeLessThanOrEqual(largest)
        }
      }),
    )
  })

  test('refuses what was not granted', () => {
    const window = fresh()
    expect(window.arrived(INITIAL_WINDOW)).toBe(true)
    expect(window.arrived(1)).toBe(false)
  })

  test('a reader that takes all always gets the writer going again', () => {
    const window = fresh()
    window.arrived(INITIAL_WINDOW)
    expect(window.taken(INITIAL_WINDOW)).toBe(true)
    expect(window.grant(1, 10)).toBe(INITIAL_WINDOW)
  })
})
