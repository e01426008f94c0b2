/** What a secret on its way in is, as far as others may know: checked here, because the vault keeps only what a gateway can use. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import {
  credentialPlaintext,
  type CredentialPlaintext,
  fromBase64url,
  fromUtf8,
  parseCanonicalJson,
  SallyportError,
} from '@sallyport/protocol'
import type { SecretFacts } from '../../domains/secrets/index.ts'

type Certificate = Extract<CredentialPlaintext, { kind: 'certificate' }>

/** Nothing of the secret may show: no cause is kept. */
const unusable = (message: string) => new SallyportError('invalid_request', { message })

const parse = (bytes: Uint8Array): CredentialPlaintext => {
  try {
    return credentialPlaintext.parse(parseCanonicalJson(fromUtf8(bytes)))
  } catch {
    throw unusable('The secret is not a credential of a known kind.')
  }
}

/** A NUL would end a password early, on the wire and in databases. */
const checkText = (encoded: string, what: string): void => {
  const bytes = fromBase64url(encoded)
  const usable = bytes.length > 0 && !bytes.includes(0)
  bytes.fill(0)
  if (!usable) throw unusable(`The ${what} is empty, or holds a byte that ends texts.`)
}

const readCertificate = (pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem)
  } catch {
    throw unusable('The certificate cannot be read. It must be in PEM form, its own certificate before those of its issuers.')
  }
}

const readKey = (encoded: string): KeyObject => {
  const pem = Buffer.from(fromBase64url(encoded))
  try {
    return createPrivateKey(pem)
  } catch {
    throw unusable('The key of the certificate cannot be read. It must be in PEM form, without a passphrase.')
  } finally {
    pem.fill(0)
  }
}

const certificateFacts = ({ certificatePem, privateKeyPem }: Certificate, now: number): SecretFacts => {
  const certificate = readCertificate(certificatePem)
  if (!certificate.checkPrivateKey(readKey(privateKeyPem))) throw unusable('The key does not belong to the certificate.')
  const endsAt = certificate.validToDate
  if (endsAt.getTime() <= now) throw unusable(`The certificate ended on ${endsAt.toISOString().slice(0, 10)}.`)
  return { kind: 'certificate', endsAt, account: null }
}

/** Of what lies in a third-party store, which the vault never sees. */
export const storedFacts: SecretFacts = { kind: null, endsAt: null, account: null }

/**
 * @param now milliseconds since 1970
 * Throws `invalid_request` for what no gateway could use, without naming a part of it.
 */
export const secretFacts = (bytes: Uint8Array, now: number): SecretFacts => {
  const plaintext = parse(bytes)
  switch (plaintext.kind) {
    case 'password':
      checkText(plaintext.password, 'password')
      return { kind: 'password', endsAt: null, account: null }
    case 'certificate':
      return certificateFacts(plaintext, now)
    case 'aws-iam':
      checkText(plaintext.secretAccessKey, 'secret access key')
      return { kind: 'aws-iam', endsAt: null, account: plaintext.userName }
    case 'temporary-user':
      checkText(plaintext.password, 'password')
      return { kind: 'temporary-user', endsAt: null, account: plaintext.memberOf }
  }
}
