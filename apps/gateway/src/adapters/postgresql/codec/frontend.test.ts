import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeBind,
  decodeExecute,
  decodeFunctionCall,
  decodeNamedTarget,
  decodeParse,
  decodeQuery,
  encodeQuery,
} from './frontend.ts'
import type { Span } from './frame-scanner.ts'
import { bindMessage, functionCallMessage, parseMessage, type ValueSpec } from './testing/messages.ts'
import { ProtocolViolation } from './violation.ts'

const span = (buffer: Buffer, start = 5): Span => ({ buffer, start, end: buffer.length })

const values: fc.Arbitrary<ValueSpec[]> = fc.array(
  fc.record({ binary: fc.boolean(), bytes: fc.option(fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes))) }),
  { maxLength: 12 },
)
const name = fc.string({ maxLength: 20 }).filter((value) => !value.includes('\0'))

describe('messages of the tool', () => {
  test('Query and Parse give back their texts', () => {
    expect(decodeQuery(span(encodeQuery('select 1'))).toString()).toBe('select 1')
    const parsed = decodeParse(span(parseMessage('one', 'select 1')))
    expect([parsed.name.toString(), parsed.statement.toString()]).toEqual(['one', 'select 1'])
  })

  test('Bind gives back names and values, each with its own format', () => {
    fc.assert(
      fc.property(name, name, values, (portal, statement, sent) => {
        const message = decodeBind(span(bindMessage(portal, statement, sent)), 100)
        expect(message.portal.toString()).toBe(portal)
        expect(message.statement.toString()).toBe(statement)
        expect(message.values).toEqual(sent)
        expect(message.count).toBe(sent.length)
      }),
    )
  })

  test('Bind hands out no more values than were asked for, and still counts them', () => {
    const sent = Array.from({ length: 5 }, () => ({ binary: false, bytes: Buffer.from('x') }))
    const message = decodeBind(span(bindMessage('', '', sent)), 2)
    expect([message.values.length, message.count]).toEqual([2, 5])
  })

  test('FunctionCall gives back its function and values', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 32 - 1 }), values, (functionId, sent) => {
        const message = decodeFunctionCall(span(functionCallMessage(functionId, sent)), 100)
        expect([message.functionId, message.values]).toEqual([functionId, sent])
      }),
    )
  })

  test('every truncation of every message is refused', () => {
    const decoders = {
      bind: [bindMessage('p', 's', [{ binary: true, bytes: Buffer.from('abc') }]), (body: Span) => decodeBind(body, 10)],
      call: [
        functionCallMessage(7, [{ binary: false, bytes: Buffer.from('abc') }]),
        (body: Span) => decodeFunctionCall(body, 10),
      ],
      parse: [parseMessage('s', 'select 1'), decodeParse],
      query: [encodeQuery('select 1'), decodeQuery],
    } as const
    for (const [message, decode] of Object.values(decoders)) {
      for (let end = 5; end < message.length; end++) {
        expect(() => decode({ buffer: message, start: 5, end })).toThrow(ProtocolViolation)
      }
      expect(() => decode(span(message))).not.toThrow()
    }
  })

  test('bytes behind the fields are refused', () => {
    expect(() => decodeQuery(span(Buffer.concat([encodeQuery('select 1'), Buffer.from('x')])))).toThrow('longer')
    expect(() => decodeExecute(span(Buffer.from('p\0\0\0\0\0x'), 0))).toThrow('longer')
  })

  test('a format other than text and binary is refused', () => {
    const message = Buffer.from([0, 0, 0, 1, 0, 2, 0, 0, 0, 0])
    expect(() => decodeBind(span(message, 0), 10)).toThrow('format')
  })

  test('formats that are neither none, one nor one each are refused', () => {
    const message = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 0, 0])
    expect(() => decodeBind(span(message, 0), 10)).toThrow('differ')
  })

  test('a negative length other than that of NULL is refused', () => {
    const message = Buffer.from([0, 0, 0, 0, 0, 1, 255, 255, 255, 254, 0, 0])
    expect(() => decodeBind(span(message, 0), 10)).toThrow('negative')
  })

  test('Describe and Close name a statement or a portal and nothing else', () => {
    expect(decodeNamedTarget(span(Buffer.from('Sx\0'), 0)).kind).toBe('statement')
    expect(decodeNamedTarget(span(Buffer.from('Px\0'), 0)).kind).toBe('portal')
    expect(() => decodeNamedTarget(span(Buffer.from('Xx\0'), 0))).toThrow('neither')
  })
})
