import { describe, expect, test } from 'vitest'
import { RoundTrip } from './round-trip.ts'

describe('round trip', () => {
  test('keeps the minimum, which queues of our own do not raise', () => {
    const trip = new RoundTrip()
    trip.sample({ duration: 20, now: 0, quiet: true })
    trip.sample({ duration: 300, now: 1_000, quiet: false })
    trip.sample({ duration: 300, now: 100_000, quiet: false })
    expect(trip.minimum).toBe(20)
    expect(trip.latest).toBe(300)
  })

  test('a path that became longer is noticed when the session is quiet', () => {
    const trip = new RoundTrip()
    trip.sample({ duration: 20, now: 0, quiet: true })
    trip.sample({ duration: 80, now: 30_000, quiet: true })
    expect(trip.minimum).toBe(20)
    trip.sample({ duration: 80, now: 61_000, quiet: true })
    expect(trip.minimum).toBe(80)
  })
})
