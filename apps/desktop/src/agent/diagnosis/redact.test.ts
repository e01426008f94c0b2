import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from './redact.ts'

const personal = { home: '/home/ada', user: 'ada' }
const redacted = (text: string): string => redact(text, personal)

describe('a text for whoever helps', () => {
  it('keeps what helps: codes, ids, ports, names of hosts', () => {
    const id = randomUUID()
    const line = `{"event":"gateway.lost","gateway":"${id}","code":"gateway_unreachable","host":"db.example","port":10000}`
    expect(redacted(line)).toBe(line)
  })

  it.each([
    ['keys in base64url', () => randomBytes(32).toString('base64url')],
    ['keys in base64', () => randomBytes(48).toString('base64')],
    ['keys in hexadecimal', () => randomBytes(32).toString('hex')],
  ])('holds no %s', (_what, secret) => {
    for (let count = 0; count < 200; count++) {
      const text = secret()
      expect(redacted(`{"a":"${text}"} then ${text}, b`)).not.toContain(text.slice(0, 24))
    }
  })

  it('holds no PEM, whole or cut', () => {
    expect(redacted('x -----BEGIN PRIVATE KEY-----\nMIIB\nabc\n-----END PRIVATE KEY----- y')).toBe('x [key or certificate] y')
    expect(redacted('x -----BEGIN PRIVATE KEY-----\nMIIBabc')).toBe('x [key or certificate]')
  })

  it.each([
    ['password=hunter2', 'password=[redacted]'],
    ['"token": "abc"', '"token": "[redacted]"'],
    ['Authorization: Bearer', 'Authorization: [redacted]'],
    ['postgresql://app:hunter2@db/shop', 'postgresql://[credentials]@db/shop'],
    ['ada.lovelace+x@mail.example.org said', '[e-mail] said'],
    ['/home/ada/.config and ada', '~/.config and [user]'],
    ['adaptor', 'adaptor'],
  ])('turns %j into %j', (text, wanted) => {
    expect(redacted(text)).toBe(wanted)
  })

  it('is the same when it is redacted again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(redacted(redacted(text))).toBe(redacted(text))
      }),
    )
  })
})
