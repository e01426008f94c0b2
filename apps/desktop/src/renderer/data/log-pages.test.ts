import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heldPages, isSearching, type KnownPages, newestPage, rowsOf, withRead } from './log-pages.ts'

const PAGE = 200

/** A log of which this many pages were read, one after the other. */
const readPages = (count: number, ends = false): KnownPages =>
  Array.from({ length: count }, (_, at) => at).reduce(
    (pages, at) => withRead(pages, at, { count: PAGE, next: ends && at === count - 1 ? null : String(at + 1) }),
    newestPage,
  )

test('the newest page comes first, and leads to the next', () => {
  expect(heldPages(newestPage, { first: 0, last: 30 })).toEqual([0])
  const pages = readPages(1)
  expect(pages).toEqual([
    { cursor: null, count: PAGE },
    { cursor: '1', count: null },
  ])
  expect(rowsOf(pages)).toBe(PAGE)
})

test('however much was read, what is held are the newest page and those around what is seen', () => {
  const pages = readPages(500)
  expect(heldPages(pages, { first: 50_010, last: 50_040 })).toEqual([0, 249, 250, 251])
  fc.assert(
    fc.property(fc.nat(500 * PAGE), fc.nat(100), (first, seen) => {
      const held = heldPages(pages, { first, last: first + seen })
      expect(held.length).toBeLessThanOrEqual(5)
      const rows = [first, first + seen].map((row) => Math.min(row, rowsOf(pages) - 1))
      expect(held).toEqual(expect.arrayContaining(rows.map((row) => Math.floor(row / PAGE))))
    }),
  )
})

test('the next page is read when its beginning comes near', () => {
  const pages = readPages(3)
  expect(heldPages(pages, { first: 200, last: 230 })).not.toContain(3)
  expect(heldPages(pages, { first: 400, last: 430 })).toContain(3)
  expect(heldPages(readPages(3, true), { first: 570, last: 599 })).toEqual([0, 1, 2])
})

test('a search goes on over pages without a match until it has a screenful or has come to the end', () => {
  const none = withRead(newestPage, 0, { count: 0, next: 'a' })
  expect(isSearching(none)).toBe(true)
  expect(heldPages(none, { first: 0, last: 50 })).toEqual([0, 1])
  const some = withRead(withRead(none, 1, { count: 3, next: 'b' }), 2, { count: 0, next: null })
  expect(isSearching(some)).toBe(false)
  expect(isSearching(withRead(none, 1, { count: 60, next: 'b' }))).toBe(false)
})

test('a page that is read again and leads elsewhere takes those behind it along; one that leads on does not', () => {
  const pages = readPages(4)
  expect(withRead(pages, 1, { count: PAGE, next: '2' })).toBe(pages)
  expect(withRead(pages, 1, { count: PAGE - 1, next: '2' })).toHaveLength(pages.length)
  expect(withRead(pages, 0, { count: PAGE, next: 'other' })).toEqual([
    { cursor: null, count: PAGE },
    { cursor: 'other', count: null },
  ])
})
