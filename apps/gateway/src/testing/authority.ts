/** Certificates for tests: roots, issuers and leaves as an API issues them, and what it never would. */
import 'reflect-metadata'
import { createHash, randomBytes } from 'node:crypto'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { type Signer, toBase64url } from '@sallyport/protocol'
import type { TlsIdentity } from '@sallyport/transport'

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export interface TestKey {
  readonly publicKey: Key
  readonly privateKey: Key
  readonly spki: Uint8Array
  readonly signer: Signer
  readonly pem: string
}

export const makeKey = async (): Promise<TestKey> => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64')
  const sign = async (data: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, Buffer.from(data)))
  const pem = `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`
  return { publicKey, privateKey, spki, signer: { algorithm: 'ecdsa-p256-sha256', publicKey: spki, sign }, pem }
}

export interface Authority {
  readonly name: string
  readonly key: TestKey
  readonly der: Buffer
}

interface Validity {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

const MINUTE = 60_000
const validity = ({ notBefore, notAfter }: Validity) => ({
  notBefore: notBefore ?? new Date(Date.now() - MINUTE),
  notAfter: notAfter ?? new Date(Date.now() + 60 * MINUTE),
})
const serialNumber = (): string => randomBytes(8).toString('hex').replace(/^./, '1')

/** @param parent absent: a root. */
export const makeAuthority = async (name: string, parent?: Authority): Promise<Authority> => {
  const key = await makeKey()
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${name}`,
    issuer: `CN=${parent?.name ?? name}`,
    ...validity({}),
    publicKey: key.publicKey,
    signingKey: (parent?.key ?? key).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  })
  return { name, key, der: Buffer.from(certificate.rawData) }
}

interface LeafOptions extends Validity {
  readonly publicKey: Key
  readonly name: { readonly type: 'url' | 'ip' | 'dns'; readonly value: string }
}

export const issue = async (issuer: Authority, options: LeafOptions): Promise<Buffer> => {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=leaf',
    issuer: `CN=${issuer.name}`,
    ...validity(options),
    publicKey: options.publicKey,
    signingKey: issuer.key.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth, ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([options.name]),
    ],
  })
  return Buffer.from(certificate.rawData)
}

/** The key of a PKCS #10 request, whose own signature must verify. */
export const keyOfRequest = async (csr: Uint8Array): Promise<Key> => {
  const request = new Pkcs10CertificateRequest(Buffer.from(csr))
  if (!(await request.verify())) throw new Error('the request is not signed by its key')
  return request.publicKey.export()
}

export const toPem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`

export interface Issuing {
  readonly root: Authority
  /** Of the root; what it issues comes with it. */
  readonly issuer: Authority
  readonly validity?: Validity
}

/** What somebody of this name (a URI) shows, under a key of their own. */
export const makeIdentity = async (name: string, { root, issuer, validity: valid }: Issuing): Promise<TlsIdentity> => {
  const key = await makeKey()
  const leaf = await issue(issuer, { publicKey: key.publicKey, name: { type: 'url', value: name }, ...valid })
  return { key: key.pem, cert: toPem(leaf) + toPem(issuer.der), ca: [toPem(root.der), toPem(issuer.der)] }
}

export const fingerprintOf = (der: Buffer): string => toBase64url(new Uint8Array(createHash('sha256').update(der).digest()))
