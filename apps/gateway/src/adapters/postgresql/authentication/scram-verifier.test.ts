import { expect, test } from 'vitest'
import { scramVerifier } from './scram-verifier.ts'

/** RFC 7677 §3: user "user", password "pencil"; the keys follow from its salt. */
const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')

test('a verifier is what a server keeps of the password of RFC 7677', async () => {
  expect(await scramVerifier(Buffer.from('pencil'), salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
})

test('the same password never has the same verifier twice, and is left as it was', async () => {
  const password = Buffer.from('pencil')
  expect(await scramVerifier(password)).not.toBe(await scramVerifier(password))
  expect(password.toString()).toBe('pencil')
})
