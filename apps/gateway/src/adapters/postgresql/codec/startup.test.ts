import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { requestCode, VERSION_3_0, VERSION_3_2 } from './messages.ts'
import {
  decodeStartupPacket,
  encodeStartupMessage,
  encodeStartupPacket,
  startupBodyLength,
  type StartupPacket,
} from './startup.ts'
import { ProtocolViolation } from './violation.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'))
const name = text.filter((value) => value !== '')

const packets: fc.Arbitrary<StartupPacket> = fc.oneof(
  fc.constant<StartupPacket>({ kind: 'ssl' }),
  fc.constant<StartupPacket>({ kind: 'gssEncryption' }),
  fc.record({
    kind: fc.constant('cancel' as const),
    processId: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    secret: fc.uint8Array({ minLength: 4, maxLength: 256 }).map((bytes) => Buffer.from(bytes)),
  }),
  fc.record({
    kind: fc.constant('startup' as const),
    version: fc.constantFrom(VERSION_3_0, VERSION_3_2, 0x0003_270f),
    parameters: fc.array(fc.tuple(name, text), { maxLength: 12 }).map((pairs) => new Map(pairs)),
  }),
)

const bodyOf = (bytes: Buffer): Buffer => bytes.subarray(4)

describe('startup packets', () => {
  test('what is encoded decodes to the same', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(decodeStartupPacket(bodyOf(encodeStartupPacket(packet)))).toEqual(packet)
      }),
    )
  })

  test('what decodes encodes to the same bytes', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const bytes = encodeStartupPacket(packet)
        expect(encodeStartupPacket(decodeStartupPacket(bodyOf(bytes)))).toEqual(bytes)
      }),
    )
  })

  test('every truncation is refused', () => {
    fc.assert(
      fc.property(packets, fc.nat(), (packet, seed) => {
        const body = bodyOf(encodeStartupPacket(packet))
        // A shorter cancel secret is a valid one as long as four bytes of it are left.
        const shortest = packet.kind === 'cancel' ? 12 : body.length
        expect(() => decodeStartupPacket(body.subarray(0, seed % shortest))).toThrow(ProtocolViolation)
      }),
    )
  })

  test.each([
    ['shorter than its code', 7],
    ['negative', -1],
    ['longer than 10000 bytes', 10_001],
    ['as long as it can be written', 0x7fffffff],
  ])('a length that is %s is refused before anything is kept', (_, length) => {
    const field = Buffer.alloc(4)
    field.writeInt32BE(length)
    expect(() => startupBodyLength(field)).toThrow(ProtocolViolation)
  })

  test('bytes behind the last parameter are refused', () => {
    const body = bodyOf(encodeStartupMessage(VERSION_3_0, new Map([['user', 'a']])))
    expect(() => decodeStartupPacket(Buffer.concat([body, Buffer.from('x\0')]))).toThrow('longer')
  })

  test('bytes behind an SSLRequest are refused', () => {
    const body = Buffer.alloc(5)
    body.writeInt32BE(requestCode.ssl)
    expect(() => decodeStartupPacket(body)).toThrow('longer')
  })

  test('a cancel secret of less than 4 or more than 256 bytes is refused', () => {
    const cancel = (length: number): Buffer => {
      const body = Buffer.alloc(8 + length)
      body.writeInt32BE(requestCode.cancel)
      return body
    }
    expect(() => decodeStartupPacket(cancel(3))).toThrow('cancel secret')
    expect(() => decodeStartupPacket(cancel(257))).toThrow('cancel secret')
  })

  test('a parameter with a NUL is never written', () => {
    expect(() => encodeStartupMessage(VERSION_3_0, new Map([['user', 'a\0database\0b']]))).toThrow('NUL')
  })

  test('a packet over the limit of servers is never written', () => {
    expect(() => encodeStartupMessage(VERSION_3_0, new Map([['user', 'a'.repeat(10_000)]]))).toThrow('10000')
  })
})
