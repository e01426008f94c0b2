import { generateKeyPairSync } from 'node:crypto'
import { fromBase64url } from '@sallyport/protocol'
import { expect, test } from 'vitest'
import { publicKeyFault, publicKeyIn } from './public-key.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()

test('a public key of P-256 is taken as it is, whatever stands around it', () => {
  expect(publicKeyFault(pem)).toBeNull()
  expect(Buffer.from(fromBase64url(publicKeyIn(`of the SIEM:\r\n${pem}\n`)!))).toEqual(
    pair.publicKey.export({ type: 'spki', format: 'der' }),
  )
})

test('a private key is refused by name, so that nobody pastes it again', () => {
  const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(publicKeyFault(secret)).toMatch('This is a private key.')
})

test.each([
  ['nothing', ''],
  [
    'a key of another curve',
    generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ type: 'spki', format: 'pem' }),
  ],
  ['a key that is cut off', pem.replace(/.{8}\n-----END/, '\n-----END')],
])('%s is refused', (_, content) => {
  expect(publicKeyFault(String(content))).toMatch('P-256')
})
