import { expect, test } from 'vitest'
import { Crashes } from './crashes.ts'

test('the first crash is mended quietly, a second within a minute is shown', () => {
  let now = 0
  const crashes = new Crashes(() => now)
  expect(crashes.happened()).toBe(true)
  now = 59_000
  expect(crashes.happened()).toBe(false)
  now = 200_000
  expect(crashes.happened()).toBe(true)
})
