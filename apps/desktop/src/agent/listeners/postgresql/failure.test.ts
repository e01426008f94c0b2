import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failureIn } from './failure.ts'

const message = (fields: Readonly<Record<string, string>>, type = 'E'): Buffer => {
  const body = Buffer.from(
    `${Object.entries(fields)
      .map(([name, text]) => `${name}${text}\0`)
      .join('')}\0`,
  )
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const refused = { S: 'FATAL', C: '08001', M: 'The certificate is wrong. (resource_certificate)', R: 'resource_certificate' }

test('a gateway’s refusal is its code and its words', () => {
  expect(failureIn(message(refused))).toEqual({ code: 'resource_certificate', message: 'The certificate is wrong.' })
})

test('what the database itself refuses keeps the database’s words', () => {
  const own = { S: 'FATAL', C: '3D000', M: 'database "x" does not exist', R: 'InitPostgres' }
  expect(failureIn(message(own))).toEqual({ code: 'resource_refused', message: 'database "x" does not exist' })
})

test('a connection that begins well, and part of an answer, are no failure', () => {
  expect(failureIn(message({ M: 'x' }, 'R'))).toBeNull()
  const whole = message(refused)
  for (let length = 0; length < whole.length; length++) expect(failureIn(whole.subarray(0, length))).toBeNull()
})

test('no bytes do harm', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(failureIn(Buffer.from(bytes))?.message.length ?? 0).toBeLessThanOrEqual(500)
    }),
  )
})
