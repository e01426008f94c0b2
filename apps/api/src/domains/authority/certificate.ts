/** Builds certificates whose signing key is elsewhere: the library makes the bytes to sign, the vault signs them. */
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { assembleCertificate, tbsCertificateOf } from './der.ts'
import { BACKDATING } from './names.ts'
import type { AuthorityKey, AuthoritySigner } from './signer.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const SERIAL_BYTES = 16

export interface SubjectName {
  readonly type: GeneralNameType
  readonly value: string
}

export type CertificateProfile =
  /** May sign certificates; `pathLength` authorities may follow below. */
  | { readonly kind: 'authority'; readonly pathLength: number; readonly names: readonly SubjectName[] }
  /** May be server and client: SPIFFE X.509-SVID §4.4 asks for both. */
  | { readonly kind: 'leaf'; readonly names: readonly SubjectName[] }

export interface CertificateRequest {
  readonly profile: CertificateProfile
  /** Common name; for people who look at it. */
  readonly subject: string
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** DER of the certificate of the authority that signs; null: signs itself. */
  readonly issuer: Uint8Array | null
  readonly signingKey: AuthorityKey
  /** Milliseconds since 1970. */
  readonly now: number
  readonly notAfter: number
}

/** Common names are quoted in the library's text form of a name; those of this program need no escaping. */
const nameOf = (commonName: string): { CN: string[] }[] => [{ CN: [commonName] }]

const extensionsOf = async (request: CertificateRequest, publicKey: PublicKey): Promise<Extension[]> => {
  const { profile } = request
  const authority = profile.kind === 'authority'
  const issuerKey = request.issuer === null ? publicKey : new X509Certificate(new Uint8Array(request.issuer)).publicKey
  return [
    new BasicConstraintsExtension(authority, authority ? profile.pathLength : undefined, true),
    new KeyUsagesExtension(authority ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature, true),
    ...(authority ? [] : [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth])]),
    new SubjectAlternativeNameExtension([...profile.names]),
    await SubjectKeyIdentifierExtension.create(publicKey),
    await AuthorityKeyIdentifierExtension.create(issuerKey),
  ]
}

const serialNumber = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES))
  // Positive, and of full length: the first byte is between 0x40 and 0x7f (RFC 5280 §4.1.2.2).
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return Buffer.from(bytes).toString('hex')
}

/** Returns the certificate as DER. Throws what the signer throws. */
export const buildCertificate = async (signer: AuthoritySigner, request: CertificateRequest): Promise<Uint8Array> => {
  const publicKey = new PublicKey(new Uint8Array(request.publicKey))
  const issuer = request.issuer === null ? null : new X509Certificate(new Uint8Array(request.issuer))
  // The library signs with keys that it holds only. A key for this one moment lets it write the bytes to sign; its signature
  // is thrown away.
  const momentary = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
  const draft = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: nameOf(request.subject),
    issuer: issuer === null ? nameOf(request.subject) : issuer.subjectName.toJSON(),
    notBefore: new Date(request.now - BACKDATING),
    notAfter: new Date(request.notAfter),
    publicKey,
    signingKey: momentary.privateKey,
    extensions: await extensionsOf(request, publicKey),
  })
  const tbsCertificate = tbsCertificateOf(new Uint8Array(draft.rawData))
  const signature = await signer.sign(request.signingKey, 'certificate', tbsCertificate)
  return assembleCertificate(tbsCertificate, signature)
}

/** PEM of DER certificates, in their order (RFC 7468 §5). */
export const toPem = (certificates: readonly Uint8Array[]): string =>
  certificates.map((certificate) => `${new X509Certificate(new Uint8Array(certificate)).toString('pem')}\n`).join('')
