import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBind, decodeFunctionCall } from '../codec/frontend.ts'
import { HEADER_LENGTH } from '../codec/messages.ts'
import { bindMessage, functionCallMessage, parseMessage } from '../codec/testing/messages.ts'
import { ProtocolViolation } from '../codec/violation.ts'
import { LeasedName } from '../statements/password-guard.ts'
import { readStatement } from '../statements/statement.ts'
import { TextEncoding } from '../statements/text-encoding.ts'
import { readValues } from '../statements/values.ts'
import { passingBind, passingFunctionCall, passingParse, passingQuery } from './passing-messages.ts'

const encoding = new TextEncoding()
const context = { leased: new LeasedName('app'), encoding }

/** Cuts a body anywhere. */
const split = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((left, right) => left - right)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}

const feed = <T>(reader: { push(piece: Buffer): void; finish(): T }, pieces: readonly Buffer[]): T => {
  for (const piece of pieces) reader.push(piece)
  return reader.finish()
}

const name = fc.string({ maxLength: 10 }).filter((value) => !value.includes('\0'))
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value)),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => Buffer.from(value)),
)
const values = fc.array(fc.record({ binary: fc.boolean(), bytes: fc.option(bytes) }), { maxLength: 8 })
const cuts = fc.array(fc.nat(), { maxLength: 12 })
const statements = fc
  .array(
    fc.constantFrom(
      'alter ',
      'user ',
      'app ',
      'other ',
      'password ',
      "'x'",
      "E'\\''",
      '$a$',
      '$',
      "'",
      '"',
      '\\',
      '--',
      '\n',
      '/*',
      '*/',
      ';',
      'ä',
      ' ',
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''))

describe('a message that is read as it passes is read like one that is held', () => {
  test('Bind', () => {
    fc.assert(
      fc.property(fc.tuple(name, name), values, cuts, ([portal, source], sent, places) => {
        const message = bindMessage(portal, source, sent)
        const whole = decodeBind({ buffer: message, start: HEADER_LENGTH, end: message.length }, 100)
        const passed = feed(passingBind(encoding), split(message.subarray(HEADER_LENGTH), places))
        expect(passed.values.recorded).toEqual(readValues(whole, encoding).recorded)
        expect([passed.portal, passed.source]).toEqual([whole.portal.toString('latin1'), whole.statement.toString('latin1')])
      }),
    )
  })

  test('FunctionCall', () => {
    fc.assert(
      fc.property(values, cuts, (sent, places) => {
        const message = functionCallMessage(7, sent)
        const whole = decodeFunctionCall({ buffer: message, start: HEADER_LENGTH, end: message.length }, 100)
        const passed = feed(passingFunctionCall(encoding), split(message.subarray(HEADER_LENGTH), places))
        expect([passed.functionId, passed.values.recorded]).toEqual([7, readValues(whole, encoding).recorded])
      }),
    )
  })

  test('Parse, with the same judgement about passwords', () => {
    fc.assert(
      fc.property(name, statements, cuts, (given, text, places) => {
        const body = parseMessage(given, text).subarray(HEADER_LENGTH)
        const passed = feed(passingParse(context), split(body, places))
        const whole = readStatement(Buffer.from(text), context.leased, encoding)
        expect(passed.name).toBe(Buffer.from(given).toString('latin1'))
        // Only a whole text is looked into for statements inside of literals; these have none.
        expect(passed.statement.refused).toBe(whole.refused)
        expect(passed.statement.sensitive).toBe(whole.sensitive)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('a message that passes and is broken', () => {
  test('is refused where it ends early or late', () => {
    const readers = [
      [bindMessage('p', 's', [{ binary: true, bytes: Buffer.from('abc') }]), () => passingBind(encoding)],
      [functionCallMessage(7, [{ binary: false, bytes: null }]), () => passingFunctionCall(encoding)],
      [parseMessage('s', 'select 1'), () => passingParse(context)],
    ] as const
    for (const [message, start] of readers) {
      const body = message.subarray(HEADER_LENGTH)
      for (let end = 0; end < body.length; end++) {
        expect(() => feed<unknown>(start(), [body.subarray(0, end)])).toThrow(ProtocolViolation)
      }
      expect(() => feed<unknown>(start(), [body, Buffer.from('x')])).toThrow(ProtocolViolation)
    }
  })

  test('is refused where a name is endless or a text holds a NUL', () => {
    expect(() => passingBind(encoding).push(Buffer.alloc(10_001, 'x'))).toThrow('name')
    expect(() => passingQuery(context).push(Buffer.from('select 1\0; select 2\0'))).toThrow('longer')
  })
})
