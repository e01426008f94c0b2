/** P-256 keys that a test holds in full: it signs with them, asks for certificates and looks for their bytes. */
import 'reflect-metadata'
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { fromBase64url, type Signer, toBase64url } from '@sallyport/protocol'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  X509Certificate as PeculiarCertificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const

export interface RawKey {
  readonly privateKey: KeyObject
  readonly signer: Signer
  /** PKCS #8, PEM. */
  readonly pem: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

const rawKeyOf = (privateKey: KeyObject): RawKey => {
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
  return {
    privateKey,
    publicKey,
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    signer: {
      algorithm: 'ecdsa-p256-sha256',
      publicKey,
      sign: (data) => Promise.resolve(new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }))),
    },
  }
}

export const newKey = (): RawKey => rawKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)

/** A key that was found somewhere: PEM, or PKCS #8 DER. */
export const keyFrom = (found: string | Uint8Array): RawKey =>
  rawKeyOf(
    typeof found === 'string'
      ? createPrivateKey(found)
      : createPrivateKey({ key: Buffer.from(found), format: 'der', type: 'pkcs8' }),
  )

/** PKCS #10 request for this key, DER, base64url. */
export const requestFor = async ({ privateKey, publicKey }: RawKey): Promise<string> => {
  const pkcs8 = new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))
  const keys = {
    privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', new Uint8Array(publicKey), algorithm, true, ['verify']),
  }
  const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=session', keys, signingAlgorithm: signing })
  return toBase64url(new Uint8Array(request.rawData))
}

/** Certificates (DER, base64url) as one PEM text, in the order given. */
export const toPem = (certificates: readonly string[]): string =>
  certificates.map((certificate) => new X509Certificate(fromBase64url(certificate)).toString()).join('')

/** A certificate for a key, with this one URI name, signed by whatever key one holds, in the name of its certificate (PEM). */
export const issueBy = async (
  issuer: { readonly key: RawKey; readonly certificate: string },
  leaf: { readonly key: RawKey; readonly uri: string },
): Promise<string> => {
  const pkcs8 = new Uint8Array(issuer.key.privateKey.export({ type: 'pkcs8', format: 'der' }))
  const now = Date.now()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `40${randomBytes(15).toString('hex')}`,
    subject: 'CN=issued',
    issuer: new PeculiarCertificate(issuer.certificate).subject,
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + 3_600_000),
    signingKey: await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', new Uint8Array(leaf.key.publicKey), algorithm, true, ['verify']),
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: 'url', value: leaf.uri }]),
    ],
  })
  return `${certificate.toString('pem')}\n`
}
