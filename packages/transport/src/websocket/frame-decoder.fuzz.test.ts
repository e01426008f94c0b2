import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WebSocketDecoder, WebSocketError } from './frame-decoder.ts'
import { Opcode, headerLength, writeFrameHeader } from './frame-header.ts'

interface Frame {
  readonly opcode: number
  readonly final: boolean
  readonly payload: Buffer
  readonly key: Buffer
}

const MAX = 100_000
const key = fc.oneof(
  fc.constant(Buffer.alloc(4)),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
)
const bytesUpTo = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes))
const control = fc.record({
  opcode: fc.constantFrom(Opcode.ping, Opcode.pong),
  final: fc.constant(true),
  payload: bytesUpTo(125),
  key,
})
const whole = fc.record({ opcode: fc.constant(Opcode.binary), final: fc.constant(true), payload: bytesUpTo(300), key })
/** A message in fragments, with control frames between them. */
const fragmented = fc
  .tuple(bytesUpTo(50), control, bytesUpTo(50), key)
  .map(([first, between, last, mask]): Frame[] => [
    { opcode: Opcode.binary, final: false, payload: first, key: mask },
    between,
    { opcode: Opcode.continuation, final: true, payload: last, key: mask },
  ])
const frames = fc
  .array(
    fc.oneof(
      control.map((frame) => [frame]),
      whole.map((frame) => [frame]),
      fragmented,
    ),
    { maxLength: 5 },
  )
  .map((list) => list.flat())

function encode(frame: Frame, masked: boolean): Buffer {
  const start = headerLength(frame.payload.length, masked)
  const bytes = Buffer.alloc(start + frame.payload.length)
  writeFrameHeader(bytes, start, { opcode: frame.opcode, length: frame.payload.length, masked })
  if (!frame.final) bytes[0]! &= 0x7f
  frame.payload.copy(bytes, start)
  if (masked) {
    frame.key.copy(bytes, start - 4)
    for (let index = 0; index < frame.payload.length; index += 1) bytes[start + index]! ^= frame.key[index & 3]!
  }
  return bytes
}

function collector(masked: boolean) {
  const payload: Buffer[] = []
  const pings: Buffer[] = []
  const closes: Buffer[] = []
  const decoder = new WebSocketDecoder(
    {
      onPayload: (chunk, start, end) => payload.push(Buffer.from(chunk.subarray(start, end))),
      onPing: (ping) => pings.push(ping),
      onCloseFrame: (close) => closes.push(close),
    },
    { masked, maxMessageLength: MAX },
  )
  return { decoder, pings, closes, payload: () => Buffer.concat(payload) }
}

function closeCodeOf(...bytes: number[]): number | null {
  const { decoder } = collector(false)
  try {
    decoder.push(Buffer.from(bytes))
    return null
  } catch (thrown) {
    if (thrown instanceof WebSocketError) return thrown.closeCode
    throw thrown
  }
}

describe('WebSocket frame decoder', () => {
  test.each([true, false])('takes payload and pings out wherever the bytes are split (masked: %s)', (masked) => {
    fc.assert(
      fc.property(frames, (list) => {
        const bytes = Buffer.concat(list.map((frame) => encode(frame, masked)))
        const isData = (frame: Frame): boolean => frame.opcode < Opcode.close
        const expected = Buffer.concat(list.filter(isData).map((frame) => frame.payload))
        const expectedPings = list.filter((frame) => frame.opcode === Opcode.ping).map((frame) => frame.payload)
        for (let split = 0; split <= bytes.length; split += 1) {
          const found = collector(masked)
          // Masked payload is unmasked in place.
          found.decoder.push(Buffer.from(bytes.subarray(0, split)))
          found.decoder.push(Buffer.from(bytes.subarray(split)))
          expect(found.payload().equals(expected)).toBe(true)
          expect(found.pings).toEqual(expectedPings)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }), (masked, chunks) => {
        const { decoder, payload } = collector(masked)
        let failure: unknown = null
        try {
          for (const chunk of chunks) decoder.push(Buffer.from(chunk))
        } catch (thrown) {
          failure = thrown
        }
        expect(failure === null || failure instanceof WebSocketError).toBe(true)
        expect(payload().length).toBeLessThanOrEqual(Buffer.concat(chunks).length)
      }),
      { numRuns: 2000 },
    )
  })

  test('refuses what RFC 6455 forbids, each with its close code', () => {
    expect(closeCodeOf(0xc2, 0)).toBe(1002) // a reserved bit, §5.2
    expect(closeCodeOf(0x82, 0x80)).toBe(1002) // a masked frame for a client, §5.1
    expect(closeCodeOf(0x83, 0)).toBe(1002) // an unknown opcode, §5.2
    expect(closeCodeOf(0x8b, 0)).toBe(1002) // an unknown control opcode
    expect(closeCodeOf(0x09, 0)).toBe(1002) // a fragmented control frame, §5.5
    expect(closeCodeOf(0x89, 126, 0, 126)).toBe(1002) // a long control frame, §5.5
    expect(closeCodeOf(0x80, 0)).toBe(1002) // a continuation of nothing, §5.4
    expect(closeCodeOf(0x02, 0, 0x82, 0)).toBe(1002) // a message inside a message, §5.4
    expect(closeCodeOf(0x82, 126, 0, 125)).toBe(1002) // a length not in its shortest form, §5.2
    expect(closeCodeOf(0x82, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff)).toBe(1002)
    expect(closeCodeOf(0x81, 0)).toBe(1003) // text, which we do not speak, §7.4.1
    expect(closeCodeOf(0x82, 127, 0, 0, 0, 0, 0, 1, 0x86, 0xa1)).toBe(1009) // 100,001 bytes
    expect(closeCodeOf(0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toBe(1009)
  })

  test('counts the fragments of a message together', () => {
    const half = encode({ opcode: Opcode.binary, final: false, payload: Buffer.alloc(MAX / 2 + 1), key: Buffer.alloc(4) }, false)
    const rest = Buffer.from(half)
    rest[0] = Opcode.continuation
    const { decoder } = collector(false)
    decoder.push(half)
    expect(() => decoder.push(rest)).toThrow(expect.objectContaining({ closeCode: 1009 }))
  })

  test('a server refuses frames without mask', () => {
    const { decoder } = collector(true)
    expect(() => decoder.push(Buffer.from([0x82, 0]))).toThrow(expect.objectContaining({ closeCode: 1002 }))
  })
})
