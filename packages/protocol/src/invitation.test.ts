import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeInvitation, decodeJoinToken, encodeInvitation, encodeJoinToken, MAX_INVITATION_TEXT } from './invitation.ts'

const contact = {
  version: 1,
  api: 'https://api.example:8443',
  apiRoot: null,
  organization: 'acme',
  rootFingerprint: 'A'.repeat(43),
} as const
const invitation = { ...contact, code: 'B'.repeat(32) }
const joinToken = { ...contact, gatewayApi: 'https://api.example:8444', secret: 'C'.repeat(43) }

test('an invitation and a join token come back from their texts, white space around them aside', () => {
  expect(decodeInvitation(` ${encodeInvitation(invitation)}\n`)).toEqual(invitation)
  expect(decodeJoinToken(encodeJoinToken(joinToken))).toEqual(joinToken)
})

test('one is not taken for the other', () => {
  expect(() => decodeInvitation(encodeJoinToken(joinToken))).toThrow(expect.objectContaining({ code: 'invitation_invalid' }))
  expect(() => decodeJoinToken(encodeInvitation(invitation))).toThrow(expect.objectContaining({ code: 'join_token_invalid' }))
})

test('an API without TLS cannot be named', () => {
  expect(() => encodeInvitation({ ...invitation, api: 'http://api.example' })).toThrow('Invalid URL')
})

test('whatever else is refused with its code', () => {
  const text = encodeInvitation(invitation)
  const refused = expect.objectContaining({ code: 'invitation_invalid' })
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (junk) => {
      expect(() => decodeInvitation(text.slice(0, 30) + junk)).toThrow(refused)
      expect(() => decodeInvitation(junk)).toThrow(refused)
    }),
  )
  expect(() => decodeInvitation(text + 'A'.repeat(MAX_INVITATION_TEXT))).toThrow(refused)
})
