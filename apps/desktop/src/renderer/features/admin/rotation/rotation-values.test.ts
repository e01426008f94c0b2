import type { CredentialRotation } from '@sallyport/protocol/api'
import { expect, test } from 'vitest'
import { changeOf, checks, isNewSecond, schedules, valuesOf } from './rotation-values.ts'

const present: CredentialRotation = {
  credential: '00000000-0000-4000-8000-000000000001',
  every: 30 * 86_400,
  afterSession: false,
  checkAfterSession: true,
  second: { userName: 'shop_b', secret: '00000000-0000-4000-8000-000000000002' },
  dueAt: null,
  rotatedAt: null,
  failures: 0,
  last: null,
}

test('a form that nobody touched changes nothing', () => {
  expect(changeOf(valuesOf(present), present)).toEqual({})
  expect(isNewSecond(valuesOf(present), present)).toBe(false)
})

test('only what was changed is sent', () => {
  const values = { ...valuesOf(present), every: 'never', afterSession: true, logins: 'one' } as const
  expect(changeOf(values, present)).toEqual({ every: null, afterSession: true, second: null })
})

test('a second login needs a password when it is another one than before', () => {
  expect(isNewSecond({ ...valuesOf(present), secondName: 'shop_c' }, present)).toBe(true)
  expect(
    isNewSecond({ ...valuesOf({ ...present, second: null }), logins: 'two', secondName: 'shop_b' }, { ...present, second: null }),
  ).toBe(true)
})

test('a second login has a name, and not that of the first', () => {
  const check = checks('shop_a').secondName
  const values = valuesOf(present)
  expect([check('', values), check('shop_a', values), check('shop_b', values)]).toEqual([
    'This is needed.',
    'Another account than shop_a.',
    null,
  ])
  expect(check('', { ...values, logins: 'one' })).toBeNull()
})

test('the schedule that stands is offered beside the usual ones, once', () => {
  const values = schedules(45 * 86_400).map(({ value }) => value)
  expect(values).toContain(String(45 * 86_400))
  expect(schedules(30 * 86_400)).toHaveLength(values.length - 1)
})
