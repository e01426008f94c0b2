import { expect, test } from 'vitest'
import { manyCredentials, someCredentials } from '../../stories/credentials.ts'
import { filtered } from './filter.ts'

const names = (typed: string): string[] => filtered(someCredentials, typed).map(({ granted }) => granted.name)

test('nothing typed leaves every resource in its order', () => {
  expect(filtered(someCredentials, '  ')).toBe(someCredentials)
})

test('words must all occur, anywhere, in upper or lower case', () => {
  expect(names('SHOP read')).toEqual(['shop/read-only'])
  expect(names('read shop')).toEqual(['shop/read-only'])
  expect(names('orders')).toEqual(['shop/read-only', 'shop/superuser'])
})

test('a tag is matched from its beginning, a port as it is shown', () => {
  expect(names('tag:us')).toEqual(['search/read-write', 'metrics/read-only'])
  expect(names('tag:sta eu')).toEqual(['stock/read-write'])
  expect(names('15003')).toEqual(['ledger/read-only'])
})

test('states filter by what the switch shows', () => {
  expect(names('off')).toEqual(['shop/superuser', 'metrics/read-only', 'payroll/read-only'])
  expect(names('failed')).toEqual(['ledger/read-only', 'catalogue/read-only'])
  expect(names('on kind:postgresql payroll')).toEqual([])
})

test('what fits nothing leaves nothing', () => {
  expect(names('kind:mysql')).toEqual([])
  expect(names('shop ledger')).toEqual([])
})

test('five thousand are filtered within a frame of a key press', () => {
  const many = manyCredentials(5000)
  filtered(many, 'x')
  // Of many tries the one in which the machine did nothing else.
  const tries = Array.from({ length: 20 }, () => {
    const startedAt = performance.now()
    expect(filtered(many, 'billing tag:eu').length).toBeGreaterThan(10)
    return performance.now() - startedAt
  })
  expect(Math.min(...tries)).toBeLessThan(30)
})
