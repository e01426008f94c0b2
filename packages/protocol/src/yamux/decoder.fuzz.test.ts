import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Flag, FrameType, HEADER_LENGTH, MAX_WINDOW } from './constants.ts'
import { FrameDecoder } from './decoder.ts'
import { YamuxError } from './errors.ts'
import { type FrameHeader, writeHeader } from './frame.ts'

interface Frame {
  readonly header: FrameHeader
  readonly payload: Buffer
}

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff })
const streamId = fc.integer({ min: 1, max: 0xffff_ffff })
const streamFlags = fc.integer({ min: 0, max: 15 }).filter((flags) => (flags & 3) !== 3)
const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ streamId, flags: streamFlags, payload }).map((field) => ({
    header: { type: FrameType.data, flags: field.flags, streamId: field.streamId, length: field.payload.length },
    payload: field.payload,
  })),
  fc
    .record({ type: fc.constant(FrameType.windowUpdate), flags: streamFlags, streamId, length: uint32 })
    .map((header) => ({ header, payload: Buffer.alloc(0) })),
  fc
    .record({
      type: fc.constant(FrameType.ping),
      flags: fc.constantFrom(Flag.syn, Flag.ack),
      streamId: fc.constant(0),
      length: uint32,
    })
    .map((header) => ({ header, payload: Buffer.alloc(0) })),
  fc
    .record({
      type: fc.constant(FrameType.goAway),
      flags: fc.constant(0),
      streamId: fc.constant(0),
      length: fc.integer({ min: 0, max: 2 }),
    })
    .map((header) => ({ header, payload: Buffer.alloc(0) })),
)

function encode(frames: readonly Frame[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ header, payload: bytes }) => {
      const head = Buffer.alloc(HEADER_LENGTH)
      writeHeader(head, 0, header)
      return [head, bytes]
    }),
  )
}

function failureOf(act: () => void): unknown {
  try {
    act()
    return null
  } catch (thrown) {
    return thrown
  }
}

/** Collects whole frames; checks that every frame begins, gets its bytes and ends. */
function collector() {
  const frames: Frame[] = []
  let current: { header: FrameHeader; pieces: Buffer[] } | null = null
  const decoder = new FrameDecoder({
    onHeader: (header) => {
      expect(current).toBeNull()
      current = { header, pieces: [] }
    },
    onPayload: (header, piece) => {
      expect(current?.header).toBe(header)
      expect(piece.length).toBeGreaterThan(0)
      current?.pieces.push(Buffer.from(piece))
    },
    onFrameEnd: (header) => {
      expect(current?.header).toBe(header)
      frames.push({ header, payload: Buffer.concat(current?.pieces ?? []) })
      current = null
    },
  })
  return { decoder, frames }
}

describe('yamux frame decoder', () => {
  test('finds the same frames wherever the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
        const bytes = encode(frames)
        for (let split = 0; split <= bytes.length; split += 1) {
          const { decoder, frames: found } = collector()
          decoder.push(bytes.subarray(0, split))
          decoder.push(bytes.subarray(split))
          expect(found).toEqual(frames)
          expect(decoder.atFrameBoundary).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('finds the same frames byte by byte, inside larger chunks', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
        const bytes = encode(frames)
        const { decoder, frames: found } = collector()
        for (let index = 0; index < bytes.length; index += 1) decoder.push(bytes, index, index + 1)
        expect(found).toEqual(frames)
      }),
      { numRuns: 100 },
    )
  })

  test('knows when it was cut off', () => {
    fc.assert(
      fc.property(frame, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (whole, part) => {
        const bytes = encode([whole])
        const cut = Math.floor(bytes.length * part)
        const { decoder, frames } = collector()
        decoder.push(bytes.subarray(0, cut))
        expect(frames).toEqual([])
        expect(decoder.atFrameBoundary).toBe(cut === 0)
      }),
    )
  })

  test('survives any bytes: frames that encode back to them, or a YamuxError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 10 }), (chunks) => {
        const { decoder, frames } = collector()
        const failure = failureOf(() => chunks.forEach((chunk) => decoder.push(Buffer.from(chunk))))
        expect(failure === null || failure instanceof YamuxError).toBe(true)
        const encoded = encode(frames)
        expect(encoded.equals(Buffer.concat(chunks).subarray(0, encoded.length))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  test('stays failed, and hands on nothing behind the failure', () => {
    const good = encode([{ header: { type: FrameType.ping, flags: Flag.syn, streamId: 0, length: 1 }, payload: Buffer.alloc(0) }])
    const { decoder, frames } = collector()
    expect(() => decoder.push(Buffer.concat([good, Buffer.alloc(HEADER_LENGTH, 0xff), good]))).toThrow(YamuxError)
    expect(() => decoder.push(good)).toThrow(YamuxError)
    expect(frames).toHaveLength(1)
  })

  test('refuses a frame that is too large by its header alone', () => {
    const header = Buffer.alloc(HEADER_LENGTH)
    writeHeader(header, 0, { type: FrameType.data, flags: 0, streamId: 1, length: MAX_WINDOW + 1 })
    const { decoder } = collector()
    decoder.push(header.subarray(0, 11))
    expect(() => decoder.push(header.subarray(11))).toThrow(expect.objectContaining({ code: 'frame_too_large' }))
  })

  test('hands payload on as views of what came in', () => {
    const chunk = encode([{ header: { type: FrameType.data, flags: 0, streamId: 1, length: 3 }, payload: Buffer.from('abc') }])
    const pieces: Buffer[] = []
    const decoder = new FrameDecoder({
      onHeader: () => undefined,
      onPayload: (_, piece) => pieces.push(piece),
      onFrameEnd: () => undefined,
    })
    decoder.push(chunk)
    expect(pieces.map((piece) => piece.buffer)).toEqual([chunk.buffer])
  })
})
