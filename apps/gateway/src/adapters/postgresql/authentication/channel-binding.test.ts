import { createHash, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeCertificate } from '../testing/certificates.ts'
import { tlsServerEndPoint } from './channel-binding.ts'

const derOf = (algorithm: Parameters<typeof makeCertificate>[1]): Buffer =>
  new X509Certificate(makeCertificate('test', algorithm).certPem).raw

test.each([
  ['ec', 'sha256'],
  ['ec-sha384', 'sha384'],
  ['rsa-pss', 'sha384'],
] as const)('a certificate signed with %s is digested with %s', (algorithm, hash) => {
  const certificate = derOf(algorithm)
  expect(tlsServerEndPoint(certificate)).toEqual(createHash(hash).update(certificate).digest())
})

test('for Ed25519 there is no binding', () => {
  expect(tlsServerEndPoint(derOf('ed25519'))).toBeNull()
})

test('bytes that are no certificate have no binding and do no harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(tlsServerEndPoint(Buffer.from(bytes))).toBeNull()
    }),
  )
  const certificate = derOf('ec')
  for (let end = 0; end < 40; end++) expect(tlsServerEndPoint(certificate.subarray(0, end))).toBeNull()
})
