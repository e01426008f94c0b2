import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeAuthentication,
  decodeBackendKey,
  decodeError,
  decodeNegotiateProtocolVersion,
  decodeReadyForQuery,
  encodeBackendKey,
  encodeError,
  encodeNegotiateProtocolVersion,
  rowsOfTag,
} from './backend.ts'
import type { Span } from './frame-scanner.ts'
import { ProtocolViolation } from './violation.ts'

const span = (buffer: Buffer, start = 5): Span => ({ buffer, start, end: buffer.length })
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\0'))

describe('messages of the resource', () => {
  test('errors decode to what was encoded', () => {
    const errors = fc.record(
      { severity: text, sqlstate: text, message: text, detail: text, hint: text, routine: text },
      { requiredKeys: ['severity', 'sqlstate', 'message'] },
    )
    fc.assert(
      fc.property(errors, (error) => {
        expect(decodeError(span(encodeError(error)))).toEqual(error)
      }),
    )
  })

  test('a NUL in a text of ours cannot start a field of its own', () => {
    const error = decodeError(span(encodeError({ severity: 'ERROR', sqlstate: '42501', message: 'no\0Hinjected' })))
    expect(error.message).toBe('noHinjected')
    expect(error.hint).toBeUndefined()
  })

  test('keys keep process ID and secret', () => {
    const keys = fc.record({
      processId: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      secret: fc.uint8Array({ minLength: 4, maxLength: 256 }).map((bytes) => Buffer.from(bytes)),
    })
    fc.assert(
      fc.property(keys, (key) => {
        expect(decodeBackendKey(span(encodeBackendKey(key)))).toEqual(key)
      }),
    )
  })

  test('negotiated versions keep version and options, and their number is bounded by the message', () => {
    const message = encodeNegotiateProtocolVersion(0x0003_0000, ['_pq_.a', '_pq_.b'])
    expect(decodeNegotiateProtocolVersion(span(message))).toEqual({ version: 0x0003_0000, options: ['_pq_.a', '_pq_.b'] })
    const huge = Buffer.from([0, 3, 0, 0, 0x7f, 0xff, 0xff, 0xff])
    expect(() => decodeNegotiateProtocolVersion(span(huge, 0))).toThrow('number')
  })

  test('every truncation is refused', () => {
    const error = encodeError({ severity: 'ERROR', sqlstate: '42501', message: 'no' })
    for (let end = 5; end < error.length; end++)
      expect(() => decodeError({ buffer: error, start: 5, end })).toThrow(ProtocolViolation)
  })

  test('requests to sign in are told apart', () => {
    expect(decodeAuthentication(span(Buffer.from([0, 0, 0, 0]), 0))).toEqual({ kind: 'ok' })
    expect(decodeAuthentication(span(Buffer.from([0, 0, 0, 5, 1, 2, 3, 4]), 0))).toEqual({
      kind: 'md5',
      salt: Buffer.from([1, 2, 3, 4]),
    })
    expect(decodeAuthentication(span(Buffer.from('\0\0\0\x0aA\0B\0\0'), 0))).toEqual({ kind: 'sasl', mechanisms: ['A', 'B'] })
    expect(decodeAuthentication(span(Buffer.from([0, 0, 0, 7]), 0))).toEqual({ kind: 'unsupported', number: 7 })
  })

  test('an unknown transaction status is refused', () => {
    expect(() => decodeReadyForQuery(span(Buffer.from('X'), 0))).toThrow('status')
  })

  test.each([
    ['INSERT 0 5', 5],
    ['SELECT 3', 3],
    ['COPY 7', 7],
    ['CREATE TABLE', null],
    ['', null],
  ])('the tag %j counts %s rows', (tag, rows) => {
    expect(rowsOfTag(tag)).toBe(rows)
  })
})
