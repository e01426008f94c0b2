import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BytesClipper, clip, clipBytes, encodedLength, TextClipper } from './clip.ts'

const digest = (value: string | Buffer): string => createHash('sha256').update(value).digest('base64url')

test('a text within the limit is kept as it is', () => {
  expect(clip('select 1', 8)).toEqual({ text: 'select 1' })
})

test('a longer text is cut and carries the length and digest of the whole', () => {
  expect(clip('select 12', 8)).toEqual({ text: 'select 1', clipped: { length: 9, sha256: digest('select 12') } })
})

test('a cut never falls inside a surrogate pair', () => {
  expect(clip('abc😀', 4).text).toBe('abc')
  expect(clip('abc😀d', 5).text).toBe('abc😀')
})

test('what is kept takes at most twice the limit in bytes once encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 8, max: 200 }), (text, limit) => {
      const { text: kept, clipped } = clip(text, limit)
      expect(text.startsWith(kept)).toBe(true)
      expect(kept.length).toBeLessThanOrEqual(limit)
      expect(encodedLength(kept)).toBeLessThanOrEqual(Math.max(2 * limit, kept.length * 2))
      expect(clipped === undefined).toBe(kept.length === text.length)
    }),
  )
})

test('bytes are kept as base64, cut at whole groups, with the length and digest of the bytes', () => {
  const bytes = Buffer.from('0123456789')
  expect(clipBytes(bytes, 16)).toEqual({ text: bytes.toString('base64') })
  expect(clipBytes(bytes, 11)).toEqual({
    text: bytes.subarray(0, 6).toString('base64'),
    clipped: { length: 10, sha256: digest(bytes) },
  })
})

test('a text in pieces is cut like the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 })), fc.integer({ min: 8, max: 60 }), (pieces, limit) => {
      const clipper = new TextClipper(limit)
      for (const piece of pieces) clipper.append(piece)
      expect(clipper.finish()).toEqual(clip(pieces.join(''), limit))
    }),
  )
})

test('bytes in pieces are cut like the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.integer({ min: 4, max: 60 }), (pieces, limit) => {
      const clipper = new BytesClipper(limit)
      for (const piece of pieces) clipper.append(Buffer.from(piece))
      expect(clipper.finish()).toEqual(clipBytes(Buffer.concat(pieces), limit))
    }),
  )
})
