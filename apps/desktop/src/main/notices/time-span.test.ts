import { expect, test } from 'vitest'
import { timeSpan } from './time-span.ts'

test.for([
  [45, '45 seconds'],
  [3600, '1 hour'],
  [5400, '1 hour 30 minutes'],
  [3 * 86_400, '3 days'],
  [86_400 + 61, '1 day 1 minute 1 second'],
] as const)('%i seconds are %s', ([seconds, words]) => {
  expect(timeSpan(seconds)).toBe(words)
})
