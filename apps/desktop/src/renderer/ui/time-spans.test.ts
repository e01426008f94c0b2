import { expect, test } from 'vitest'
import { spansUpTo, usualSpan } from './time-spans.ts'

test('spans end with the longest that is allowed, also when nobody usually asks for it', () => {
  expect(spansUpTo(5400)).toEqual([900, 1800, 3600, 5400])
  expect(spansUpTo(3600)).toEqual([900, 1800, 3600])
  expect(spansUpTo(20)).toEqual([20])
})

test('what was asked for is among them, unless it is too long', () => {
  expect(spansUpTo(3600, 1200)).toEqual([900, 1200, 1800, 3600])
  expect(spansUpTo(3600, 7200)).toEqual([900, 1800, 3600])
})

test('an hour is offered first, or all there is', () => {
  expect([usualSpan(86_400), usualSpan(600)]).toEqual([3600, 600])
})
