import { expect, test } from 'vitest'
import { newPassphraseParameters, passphraseKey, passphraseParameters } from './passphrase-key.ts'

const cheap = { N: 2 ** 15, r: 8, p: 1, salt: 'AAAAAAAAAAAAAAAAAAAAAA' }

test('the same passphrase and salt give the same key, however its letters are composed', async () => {
  const [composed, apart, other] = await Promise.all([
    passphraseKey('Schlüssel der Burg', cheap),
    passphraseKey('Schlu\u0308ssel der Burg', cheap),
    passphraseKey('Schlüssel der Burg', { ...cheap, salt: 'AAAAAAAAAAAAAAAAAAAAAQ' }),
  ])
  expect(composed).toHaveLength(32)
  expect(apart.equals(composed)).toBe(true)
  expect(other.equals(composed)).toBe(false)
})

test('parameters that would make guessing cheap, or a start endless, are refused', () => {
  const fresh = newPassphraseParameters()
  expect(passphraseParameters.parse(fresh)).toEqual(fresh)
  expect(newPassphraseParameters().salt).not.toBe(fresh.salt)
  for (const wrong of [{ N: 2 ** 14 }, { N: 2 ** 21 }, { r: 1 }, { p: 5 }, { salt: 'AAAA' }])
    expect(passphraseParameters.safeParse({ ...fresh, ...wrong }).success).toBe(false)
})
