import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SallyportError } from './errors.ts'
import { encodeFramedJson, FramedJsonDecoder, MAX_STREAM_HEAD, type StreamHead, streamHead } from './stream-head.ts'

const head: StreamHead = {
  type: 'resume',
  lease: '018f4e7a-0000-7000-8000-000000000001',
  caller: { program: 'psql', user: 'ada', pid: 7 },
}
const broken = expect.objectContaining({ code: 'protocol_error' })

test('a head is found however its bytes are split, and what follows is handed on', () => {
  const bytes = Buffer.concat([encodeFramedJson(head), Buffer.from('next')])
  for (let at = 0; at <= bytes.length; at++) {
    const decoder = new FramedJsonDecoder(streamHead)
    const first = decoder.push(bytes.subarray(0, at))
    const found = first ?? decoder.push(bytes.subarray(at))
    expect(found?.value).toEqual(head)
    const rest = Buffer.concat([found!.rest, first ? bytes.subarray(at) : Buffer.alloc(0)])
    expect(rest.toString()).toBe('next')
  }
})

test('byte by byte too', () => {
  const decoder = new FramedJsonDecoder(streamHead)
  const results = [...encodeFramedJson(head)].map((byte) => decoder.push(Uint8Array.of(byte)))
  expect(results.pop()?.value).toEqual(head)
  expect(results.every((result) => result === null)).toBe(true)
})

test.each([0, MAX_STREAM_HEAD + 1, 0xffffffff])('a declared length of %i is refused before anything is kept', (length) => {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(length)
  expect(() => new FramedJsonDecoder(streamHead).push(prefix)).toThrow(broken)
})

test('a decoder that failed stays failed', () => {
  const decoder = new FramedJsonDecoder(streamHead)
  expect(() => decoder.push(Buffer.from('\0\0\0\x02[]'))).toThrow(broken)
  expect(() => decoder.push(encodeFramedJson(head))).toThrow(broken)
})

test('random bytes give a value, a wait, or protocol_error; nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), (chunks) => {
      const decoder = new FramedJsonDecoder(streamHead)
      const thrown = chunks.map((chunk) => {
        try {
          decoder.push(chunk)
          return 'protocol_error'
        } catch (error) {
          return (error as SallyportError).code
        }
      })
      expect(thrown).toEqual(thrown.map(() => 'protocol_error'))
    }),
  )
})

test.each([
  ['an unknown type', { type: 'close' }],
  ['an extra field', { ...head, more: 1 }],
  ['a lease that is no UUID', { ...head, lease: 'x' }],
])('refuses %s', (_, value) => {
  expect(() => new FramedJsonDecoder(streamHead).push(encodeFramedJson(value as StreamHead))).toThrow(broken)
})
