import { encodeInvitation } from '@sallyport/protocol'
import { expect, test } from 'vitest'
import { fingerprintGroups } from '../../../shared/fingerprint-groups.ts'
import { readInvitation } from './invitation.ts'

const content = {
  version: 1 as const,
  api: 'https://sallyport.acme.example',
  apiRoot: null,
  organization: 'acme',
  rootFingerprint: 'A'.repeat(43),
  code: 'B'.repeat(32),
}
const text = encodeInvitation(content)

test.for([
  ['the text itself', text],
  ['with spaces and lines around it', `\n  ${text} \n`],
  ['a link whose fragment holds it', `https://sallyport.acme.example/invitation#${text}`],
  ['a whole message', `Hello Ada,\nuse this: ${text}\nSee you!`],
] as const)('an invitation is found: %s', ([, pasted]) => {
  expect(readInvitation(pasted)).toEqual({ text, content })
})

test.for([
  ['nothing', ''],
  ['another text', 'hello'],
  ['a text that was cut', text.slice(0, -5)],
  ['a join token', text.replace('invitation', 'join')],
] as const)('no invitation is found: %s', ([, pasted]) => {
  expect(readInvitation(pasted)).toBeNull()
})

test('a fingerprint is shown whole, in groups of four', () => {
  const groups = fingerprintGroups('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8')
  expect(groups).toHaveLength(16)
  expect(groups.slice(0, 3)).toEqual(['0001', '0203', '0405'])
  expect(groups.at(-1)).toBe('1E1F')
})
