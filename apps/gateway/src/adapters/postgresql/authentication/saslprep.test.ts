import { expect, test } from 'vitest'
import { prepareSaslPassword } from './saslprep.ts'

const prepare = (text: string): string => prepareSaslPassword(Buffer.from(text)).toString()

test.each([
  ['RFC 4013 §3: soft hyphen is mapped to nothing', 'I\u00adX', 'IX'],
  ['RFC 4013 §3: nothing changes in ASCII', 'user', 'user'],
  ['RFC 4013 §3: case is kept', 'USER', 'USER'],
  ['RFC 4013 §3: compatibility characters are resolved', '\u00aa', 'a'],
  ['RFC 4013 §3: Roman numeral nine', '\u2168', 'IX'],
  ['a non-ASCII space becomes a space', 'a\u00a0b', 'a b'],
  ['RFC 4013 §3: a prohibited character leaves the password as it is', '\u0007', '\u0007'],
  ['RFC 4013 §3: mixed directions leave the password as it is', '\u06271', '\u06271'],
  ['a ligature beside an unassigned code point is left as it is', '\ufb01\u{1f600}', '\ufb01\u{1f600}'],
  ['right-to-left text that keeps the rules is prepared', '\u0627\u00ad1\u0628', '\u06271\u0628'],
  ['what is mapped to nothing at all is left as it is', '\u00ad', '\u00ad'],
])('%s', (_, password, prepared) => {
  expect(prepare(password)).toBe(prepared)
})

test('bytes that are not UTF-8 are used as they are', () => {
  const bytes = Buffer.from([0x70, 0xe9, 0xff])
  expect(prepareSaslPassword(bytes)).toEqual(bytes)
})

test('the result is always a buffer of its own, which may be overwritten', () => {
  const password = Buffer.from('secret')
  prepareSaslPassword(password).fill(0)
  expect(password.toString()).toBe('secret')
})
