import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type GeneralNameType,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
const signing = { name: 'ECDSA', hash: 'SHA-256' }
const HOUR_MS = 3_600_000
/** Tolerates clocks that differ a little, as real issuers do. */
const BACKDATE_MS = 60_000

export interface AuthorityOptions {
  /** Common name. Default `test authority`. */
  readonly name?: string
}

export interface IssueOptions {
  /** URI names; a SPIFFE certificate has exactly one. */
  readonly spiffeId?: string | readonly string[]
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  /** Common name. Default `test`. */
  readonly name?: string
  readonly notBefore?: Date
  /** Default in one hour. */
  readonly notAfter?: Date
  /** Default both, as SPIFFE demands of leaves. */
  readonly usages?: ReadonlyArray<'client' | 'server'>
}

/** PEM texts; the form that node:tls takes. */
export interface IssuedCertificate {
  readonly key: string
  readonly cert: string
  /** DER. */
  readonly raw: Buffer
}

export interface TestAuthority {
  /** PEM of the root. */
  readonly ca: string
  issue(options: IssueOptions): Promise<IssuedCertificate>
}

/** A fresh root with a P-256 key that issues leaves for tests. */
export async function makeAuthority(options: AuthorityOptions = {}): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${options.name ?? 'test authority'}`,
    keys,
    signingAlgorithm: signing,
    notBefore: new Date(Date.now() - BACKDATE_MS),
    notAfter: new Date(Date.now() + 24 * HOUR_MS),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return { ca: root.toString('pem'), issue: (leaf) => issue(root, keys.privateKey, leaf) }
}

async function issue(root: X509Certificate, signingKey: CryptoKey, options: IssueOptions): Promise<IssuedCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${options.name ?? 'test'}`,
    issuer: root.subject,
    signingKey,
    publicKey: keys.publicKey,
    signingAlgorithm: signing,
    notBefore: options.notBefore ?? new Date(Date.now() - BACKDATE_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + HOUR_MS),
    extensions: leafExtensions(options),
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    key: PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    cert: certificate.toString('pem'),
    raw: Buffer.from(certificate.rawData),
  }
}

function leafExtensions(options: IssueOptions): Extension[] {
  const usages = options.usages ?? ['client', 'server']
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension(
      usages.map((usage) => (usage === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth)),
    ),
  ]
  const names = [
    ...named('url', typeof options.spiffeId === 'string' ? [options.spiffeId] : options.spiffeId),
    ...named('dns', options.dnsNames),
    ...named('ip', options.ipAddresses),
  ]
  if (names.length > 0) extensions.push(new SubjectAlternativeNameExtension(names))
  return extensions
}

function named(type: GeneralNameType, values: readonly string[] = []): Array<{ type: GeneralNameType; value: string }> {
  return values.map((value) => ({ type, value }))
}

/** RFC 5280 §4.1.2.2: positive, at most 20 bytes. */
function serial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
  bytes[0]! &= 0x7f
  bytes[0]! |= 0x40
  return bytes.toString('hex')
}
