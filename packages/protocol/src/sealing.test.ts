import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import { deriveSealingKeyPair, generateSealingKeyPair, MAX_SEALED_PLAINTEXT, seal, unseal } from './sealing.ts'

const pair = await generateSealingKeyPair()
const psk = { key: new Uint8Array(32).fill(7), id: 'ticket' }
const secret = utf8('correct horse')
const refused = expect.objectContaining({ code: 'unseal_failed' })

test('what was sealed opens with the same key, info and share', async () => {
  const message = await seal(secret, pair.publicKey, { info: 'a', psk })
  expect(await unseal(message, pair.privateKey, { info: 'a', psk })).toEqual(secret)
})

test('a key pair that was derived from a seed is the same each time', async () => {
  const seed = new Uint8Array(32).fill(1)
  const message = await seal(secret, (await deriveSealingKeyPair(seed)).publicKey, { info: 'a' })
  expect(await unseal(message, (await deriveSealingKeyPair(seed)).privateKey, { info: 'a' })).toEqual(secret)
})

describe('does not open', async () => {
  const message = await seal(secret, pair.publicKey, { info: 'a', psk })
  const other = await generateSealingKeyPair()
  test.each([
    ['with another key', message, other.privateKey, { info: 'a', psk }],
    ['for another purpose', message, pair.privateKey, { info: 'b', psk }],
    ['without the share', message, pair.privateKey, { info: 'a' }],
    ['with another share', message, pair.privateKey, { info: 'a', psk: { ...psk, key: new Uint8Array(32).fill(8) } }],
    ['with the share under another id', message, pair.privateKey, { info: 'a', psk: { ...psk, id: 'other' } }],
    ['when cut', { ...message, ciphertext: message.ciphertext.slice(0, -2) }, pair.privateKey, { info: 'a', psk }],
    ['with another encapsulated key', { ...message, encapsulated: 'A'.repeat(43) }, pair.privateKey, { info: 'a', psk }],
  ])('%s', async (...row) => {
    const [, sealed, key, context] = row
    await expect(unseal(sealed, key, context)).rejects.toThrow(refused)
  })
})

test('refuses to seal more than its limit', async () => {
  await expect(seal(new Uint8Array(MAX_SEALED_PLAINTEXT + 1), pair.publicKey, { info: 'a' })).rejects.toThrow(
    expect.objectContaining({ code: 'payload_too_large' }),
  )
})
