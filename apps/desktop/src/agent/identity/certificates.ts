/** Certificates in the forms that files, TLS and checks take. */
import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { fromBase64url, toBase64url } from '@sallyport/protocol'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { generatePrivateKey } from './key-pair.ts'

const DAY = 86_400_000
const LOOPBACK_LIFETIME = 397 * DAY
const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** DER (base64url) to PEM, in the order given. */
export const toPem = (certificates: readonly string[]): string =>
  certificates.map((certificate) => new X509Certificate(fromBase64url(certificate)).toString()).join('')

/** A certificate for this computer's own loopback, signed by itself: tools that ask for TLS get it, none can verify it. */
export const createLoopbackCertificate = async (now: number) => {
  const key = await generatePrivateKey()
  const pkcs8 = fromBase64url(key)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign'])
  const { d: _, ...publicJwk } = await crypto.subtle.exportKey('jwk', privateKey)
  const publicKey = await crypto.subtle.importKey('jwk', { ...publicJwk, key_ops: ['verify'] }, algorithm, true, ['verify'])
  const expiresAt = now + LOOPBACK_LIFETIME
  const serial = crypto.getRandomValues(new Uint8Array(16))
  // Positive and of full length (RFC 5280 §4.1.2.2).
  serial[0] = (serial[0]! & 0x3f) | 0x40
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: Buffer.from(serial).toString('hex'),
    name: 'CN=Sallyport on this computer',
    notBefore: new Date(now - DAY),
    notAfter: new Date(expiresAt),
    keys: { privateKey, publicKey },
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  })
  return { key, certificate: toBase64url(new Uint8Array(certificate.rawData)), expiresAt }
}
