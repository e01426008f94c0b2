import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { runProgram } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { certificateRequest } from './certificate-request.ts'

test('OpenSSL accepts the signature of a request and finds its key and name', async () => {
  for (let count = 0; count < 8; count += 1) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${certificateRequest(privateKey).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
    const { code, stdout, stderr } = await runProgram({
      command: 'openssl',
      args: ['req', '-verify', '-noout', '-subject', '-pubkey'],
      input: pem,
    })
    expect(stderr + stdout).toContain('verify OK')
    expect(code).toBe(0)
    expect(stdout).toMatch(/subject=CN ?= ?gateway/)
    expect(stdout).toContain(createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }))
  }
})

test('a key of another kind is refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  expect(() => certificateRequest(privateKey)).toThrow(RangeError)
})
