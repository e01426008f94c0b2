import { expect, test } from 'vitest'
import { Backoff, pause } from './backoff.ts'

test('each failure waits twice as long as the one before, up to the longest, give or take a half', () => {
  const backoff = new Backoff({ firstMs: 100, longestMs: 1_000 })
  for (const base of [100, 200, 400, 800, 1_000, 1_000]) {
    const wait = backoff.next()
    expect(wait).toBeGreaterThanOrEqual(base / 2)
    expect(wait).toBeLessThan(base * 1.5)
  }
  expect(backoff.attempt).toBe(6)
  backoff.reset()
  expect(backoff.next()).toBeLessThan(150)
})

test('after very many failures the wait is still the longest', () => {
  const backoff = new Backoff({ firstMs: 1, longestMs: 30_000 })
  for (let count = 0; count < 5_000; count++) backoff.next()
  expect(backoff.next()).toBeLessThan(45_000)
})

test('a pause ends at once when it is aborted, before or meanwhile', async () => {
  const abort = new AbortController()
  const waiting = Promise.all([
    pause(3_600_000, abort.signal),
    new Backoff({ firstMs: 3_600_000, longestMs: 3_600_000 }).wait(abort.signal),
  ])
  abort.abort()
  await waiting
  await pause(3_600_000, abort.signal)
  expect(abort.signal.aborted).toBe(true)
})
