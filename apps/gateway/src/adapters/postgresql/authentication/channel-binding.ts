/**
 * Channel binding data of the type tls-server-end-point (RFC 5929 §4.1): a digest of the server's certificate, with the hash
 * of the certificate's own signature algorithm, except that MD5 and SHA-1 are replaced by SHA-256.
 *
 *   Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
 *   AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY OPTIONAL }
 *   RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] EXPLICIT AlgorithmIdentifier DEFAULT sha1, … }   (RFC 8017 §A.2.3)
 */
import { createHash } from 'node:crypto'

const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06
const CONTEXT_0 = 0xa0

const RSASSA_PSS = '2a864886f70d01010a'

/** Signature algorithms by their encoded object identifiers, and the hash that RFC 5929 asks for. */
const hashOfSignature: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010e': 'sha224', // sha224WithRSAEncryption
  '2a864886f70d01010b': 'sha256', // sha256WithRSAEncryption
  '2a864886f70d01010c': 'sha384', // sha384WithRSAEncryption
  '2a864886f70d01010d': 'sha512', // sha512WithRSAEncryption
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224', // ecdsa-with-SHA224
  '2a8648ce3d040302': 'sha256', // ecdsa-with-SHA256
  '2a8648ce3d040303': 'sha384', // ecdsa-with-SHA384
  '2a8648ce3d040304': 'sha512', // ecdsa-with-SHA512
  '608648016503040302': 'sha256', // dsa-with-sha256
}

const hashOfDigest: Readonly<Record<string, string>> = {
  '2b0e03021a': 'sha256', // sha1
  '608648016503040204': 'sha224',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
}

interface Element {
  readonly tag: number
  readonly content: Buffer
  readonly rest: Buffer
}

/** One DER element; null for anything that is not definite, minimal enough and inside the buffer. */
const readElement = (bytes: Buffer): Element | null => {
  const tag = bytes[0]
  const first = bytes[1]
  if (tag === undefined || first === undefined) return null
  let length = first
  let start = 2
  if (first >= 0x80) {
    const size = first - 0x80
    if (size === 0 || size > 3 || bytes.length < 2 + size) return null
    length = bytes.readUIntBE(2, size)
    start += size
  }
  if (start + length > bytes.length) return null
  return { tag, content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) }
}

const expectElement = (bytes: Buffer | undefined, tag: number): Element | null => {
  const element = bytes === undefined ? null : readElement(bytes)
  return element?.tag === tag ? element : null
}

const pssHash = (parameters: Buffer): string | null => {
  const sequence = expectElement(parameters, SEQUENCE)
  if (sequence === null) return null
  const explicit = expectElement(sequence.content, CONTEXT_0)
  if (explicit === null) return 'sha256' // The default is SHA-1, which RFC 5929 replaces.
  const algorithm = expectElement(expectElement(explicit.content, SEQUENCE)?.content, OBJECT_IDENTIFIER)
  return algorithm === null ? null : (hashOfDigest[algorithm.content.toString('hex')] ?? null)
}

const hashOfCertificate = (certificate: Buffer): string | null => {
  const toBeSigned = expectElement(expectElement(certificate, SEQUENCE)?.content, SEQUENCE)
  const signatureAlgorithm = expectElement(toBeSigned?.rest, SEQUENCE)
  const identifier = expectElement(signatureAlgorithm?.content, OBJECT_IDENTIFIER)
  if (identifier === null) return null
  const name = identifier.content.toString('hex')
  return name === RSASSA_PSS ? pssHash(identifier.rest) : (hashOfSignature[name] ?? null)
}

/** The binding data for a DER certificate; null where RFC 5929 defines none (Ed25519, for one). */
export const tlsServerEndPoint = (certificate: Buffer): Buffer | null => {
  const hash = hashOfCertificate(certificate)
  return hash === null ? null : createHash(hash).update(certificate).digest()
}
