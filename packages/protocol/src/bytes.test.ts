import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, equalBytes, fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts'

test('base64url agrees with Node and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = toBase64url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(fromBase64url(text)).toEqual(bytes)
    }),
  )
})

test.each(['A', 'AAAAA', 'AA==', 'A+', 'A/', 'AB', 'AAF', 'A A', 'Aé', '\n'])(
  'refuses %j, which is not the one encoding of anything',
  (text) => {
    expect(() => fromBase64url(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  },
)

test('any text decodes to bytes that encode to the same text, or is refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      let bytes
      try {
        bytes = fromBase64url(text)
      } catch {
        return
      }
      expect(toBase64url(bytes)).toBe(text)
    }),
  )
})

test('refuses bytes that are not UTF-8, and keeps a byte order mark', () => {
  expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  expect(fromUtf8(utf8('\ufeffx'))).toBe('\ufeffx')
})

test('compares and concatenates bytes', () => {
  const whole = concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))
  expect(equalBytes(whole, Uint8Array.of(1, 2, 3))).toBe(true)
  expect(equalBytes(whole, Uint8Array.of(1, 2, 4))).toBe(false)
  expect(equalBytes(whole, Uint8Array.of(1, 2))).toBe(false)
})
