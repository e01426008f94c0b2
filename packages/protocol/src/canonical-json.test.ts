import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, type CanonicalValue, parseCanonicalJson } from './canonical-json.ts'

const refused = expect.objectContaining({ code: 'invalid_request' })

const values: fc.Arbitrary<CanonicalValue> = fc.letrec<{ value: CanonicalValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

test('a value comes back from its one text', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = canonicalJson(value)
      expect(parseCanonicalJson(text)).toEqual(value)
      expect(canonicalJson(parseCanonicalJson(text))).toBe(text)
    }),
  )
})

test('sorts keys by UTF-16 code units (RFC 8785 §3.2.3)', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}')
})

test('leaves out what is undefined', () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}')
})

test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53])('refuses the number %s', (value) => {
  expect(() => canonicalJson(value)).toThrow(refused)
})

test('refuses half a surrogate pair, and nesting without end', () => {
  expect(() => canonicalJson('\ud800')).toThrow(refused)
  let nested: CanonicalValue = []
  for (let depth = 0; depth < 40; depth++) nested = [nested]
  expect(() => canonicalJson(nested)).toThrow(refused)
})

test.each(['{"b":1,"a":2}', '{"a": 1}', '[1.0]', '[1e2]', '{"a":1,"a":2}', '"\\u0041"', '', '{', '[-0]'])(
  'refuses %s, a second text',
  (text) => {
    expect(() => parseCanonicalJson(text)).toThrow(refused)
  },
)
