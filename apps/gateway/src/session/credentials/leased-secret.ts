/** What a lease released: the secret itself, or what the gateway makes one of for a connection. It lives as long as its lease. */
import { type CredentialPlaintext, fromBase64url, type OwnedAtEnd } from '@sallyport/protocol'

export type LeasedSecret =
  | { readonly kind: 'password'; readonly password: Buffer }
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: Buffer }
  | {
      readonly kind: 'aws-iam'
      readonly region: string
      readonly accessKeyId: string
      readonly secretAccessKey: Buffer
      readonly userName: string
    }
  | {
      readonly kind: 'temporary-user'
      readonly administrator: string
      readonly password: Buffer
      readonly memberOf: string
      readonly owned: OwnedAtEnd
    }

/** @param text base64url */
const bytes = (text: string): Buffer => Buffer.from(fromBase64url(text))

export const leasedSecret = (plaintext: CredentialPlaintext): LeasedSecret => {
  switch (plaintext.kind) {
    case 'password':
      return { kind: 'password', password: bytes(plaintext.password) }
    case 'certificate':
      return { ...plaintext, privateKeyPem: bytes(plaintext.privateKeyPem) }
    case 'aws-iam':
      return { ...plaintext, secretAccessKey: bytes(plaintext.secretAccessKey) }
    case 'temporary-user':
      return { ...plaintext, password: bytes(plaintext.password) }
  }
}

/** Overwrites what is secret. */
export const wipeSecret = (secret: LeasedSecret): void => {
  switch (secret.kind) {
    case 'password':
    case 'temporary-user':
      secret.password.fill(0)
      return
    case 'certificate':
      secret.privateKeyPem.fill(0)
      return
    case 'aws-iam':
      secret.secretAccessKey.fill(0)
  }
}
