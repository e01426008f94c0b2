import { expect, test } from 'vitest'
import { OneTimeTokens } from './one-time-tokens.ts'

test('a token is good once', () => {
  const tokens = new OneTimeTokens()
  const token = tokens.issue(1_000)
  expect(tokens.take(token)).toBe(true)
  expect(tokens.take(token)).toBe(false)
})

test('a token ends with its time', () => {
  let now = 0
  const tokens = new OneTimeTokens(() => now)
  const token = tokens.issue(1_000)
  now = 1_000
  expect(tokens.take(token)).toBe(false)
})

test('a token that was never issued is not good', () => {
  const tokens = new OneTimeTokens()
  tokens.issue(1_000)
  expect(tokens.take('')).toBe(false)
  expect(tokens.take('A'.repeat(43))).toBe(false)
})

test('of too many tokens the oldest ends', () => {
  const tokens = new OneTimeTokens()
  const issued = Array.from({ length: 65 }, () => tokens.issue(1_000))
  expect(tokens.take(issued[0]!)).toBe(false)
  expect(tokens.take(issued[1]!)).toBe(true)
  expect(tokens.take(issued[64]!)).toBe(true)
})
