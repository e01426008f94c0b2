import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeFrameHeader,
  decodeSegmentHeader,
  encodeSegmentHeader,
  FRAME_HEADER_LENGTH,
  FrameOpener,
  FrameSealer,
  SALT_LENGTH,
  segmentKey,
} from './format.ts'

const header = { stream: randomUUID(), first: 7, salt: randomBytes(SALT_LENGTH) }
const key = segmentKey(randomBytes(32), header)
const open = (frame: Buffer, opener = new FrameOpener(key)): Buffer | null =>
  opener.open(frame.subarray(0, FRAME_HEADER_LENGTH), frame.subarray(FRAME_HEADER_LENGTH))

test('a header decodes to what was encoded', () => {
  expect(decodeSegmentHeader(encodeSegmentHeader(header))).toEqual(header)
  expect(decodeSegmentHeader(encodeSegmentHeader(header).subarray(1))).toBeNull()
})

test('frames open in any order, whatever their lengths, also when some were never written', () => {
  const plaintexts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(plaintexts, fc.nat(), (parts, chosen) => {
      const sealer = new FrameSealer(key)
      const frames = parts.map((part, first) => sealer.seal(Buffer.from(part), { count: 1, first }))
      const index = chosen % parts.length
      const opener = new FrameOpener(key)
      for (const at of [index, ...frames.keys()]) expect(open(frames[at]!, opener)).toEqual(Buffer.from(parts[at]!))
      expect(decodeFrameHeader(frames[index]!)).toEqual({ length: parts[index]!.length, count: 1, first: index })
    }),
  )
})

test('the same plaintext never looks the same twice', () => {
  const sealer = new FrameSealer(key)
  const frames = [1, 2, 3].map(() => sealer.seal(Buffer.alloc(64), { count: 1, first: 0 }).subarray(FRAME_HEADER_LENGTH))
  expect(new Set(frames.map((frame) => frame.toString('hex'))).size).toBe(3)
})

test('a changed byte is found wherever it is', () => {
  const frame = new FrameSealer(key).seal(Buffer.from('{"number":0}\n'), { count: 1, first: 0 })
  for (let index = 0; index < frame.length; index++) {
    const changed = Buffer.from(frame)
    changed[index]! ^= 0x10
    expect(open(changed), `byte ${index}`).toBeNull()
  }
})
