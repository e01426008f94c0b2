import fc from 'fast-check'
import { expect, test } from 'vitest'
import { searchFor } from './needle-search.ts'

/** Few different bytes, so that needles overlap, repeat themselves and one another. */
const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength, max: 2 }).map((array) => Buffer.from(array))

test('finds each needle wherever it begins, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(bytes(2, 6), { minLength: 1, maxLength: 4 }), bytes(0, 60), (needles, haystack) => {
      const found = new Set<string>()
      searchFor(needles.map((needle, index) => ({ bytes: needle, index })))(haystack, ({ index }, offset) =>
        found.add(`${index} at ${offset}`),
      )
      const expected = needles.flatMap((needle, index) =>
        [...haystack.keys()]
          .filter((offset) => haystack.subarray(offset, offset + needle.length).equals(needle))
          .map((offset) => `${index} at ${offset}`),
      )
      expect([...found].toSorted()).toEqual(expected.toSorted())
    }),
  )
})
