import { expect, test } from 'vitest'
import { localFieldOf } from '../../ui/time-range.ts'
import { askedBy, type Wish } from './wish.ts'

const now = Date.parse('2026-11-22T14:05:00.000Z')
const MINUTE = 60_000
const terms = { maxDuration: 4 * 3600, shortestReason: 1 }

const wish = (more: Partial<Wish> = {}): Wish => ({
  reason: 'Order 4711',
  span: '3600',
  until: '',
  begins: 'at-once',
  from: '',
  ...more,
})
const inMinutes = (minutes: number): string => localFieldOf(now + minutes * MINUTE)

test('a span is asked for as it is', () => {
  expect(askedBy(wish(), terms, now)).toEqual({ reason: 'Order 4711', duration: 3600, startsAt: null })
})

test('a time is counted from the beginning of the access', () => {
  const asked = askedBy(wish({ span: 'until', begins: 'later', from: inMinutes(60), until: inMinutes(90) }), terms, now)
  expect(asked).toEqual({ reason: 'Order 4711', duration: 1800, startsAt: '2026-11-22T15:05:00.000Z' })
})

test('until the end of today is until midnight, here', () => {
  const asked = askedBy(wish({ span: 'today' }), { ...terms, maxDuration: 86_400 }, now)
  const midnight = new Date(now).setHours(24, 0, 0, 0)
  expect(asked).toMatchObject({ duration: (midnight - now) / 1000 })
})

test('a reason that is only blank is none, and emergencies want more than a word', () => {
  expect(askedBy(wish({ reason: '  ' }), terms, now)).toBe('reason')
  expect(askedBy(wish({ reason: 'help' }), { ...terms, shortestReason: 20 }, now)).toBe('short-reason')
  expect(askedBy(wish({ reason: '' }), { ...terms, shortestReason: 0 }, now)).toMatchObject({ reason: '' })
})

test('a beginning that has passed, or is too far, is refused', () => {
  expect(askedBy(wish({ begins: 'later', from: inMinutes(-1) }), terms, now)).toBe('start')
  expect(askedBy(wish({ begins: 'later', from: inMinutes(31 * 24 * 60) }), terms, now)).toBe('start')
  expect(askedBy(wish({ begins: 'later', from: '' }), terms, now)).toBe('start')
})

test('an end before the beginning, or beyond what is allowed, is refused', () => {
  expect(askedBy(wish({ span: 'until', until: inMinutes(-5) }), terms, now)).toBe('end')
  expect(askedBy(wish({ span: 'until', until: '' }), terms, now)).toBe('end')
  expect(askedBy(wish({ span: '86400' }), terms, now)).toBe('too-long')
})

test('where a rule gives less than a minute, all of it can be asked for', () => {
  const short = { ...terms, maxDuration: 20 }
  expect(askedBy(wish({ span: '20' }), short, now)).toMatchObject({ duration: 20 })
  expect(askedBy(wish({ span: '10' }), short, now)).toBe('end')
})
