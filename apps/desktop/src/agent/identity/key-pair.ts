/** Key pairs of devices and sessions: P-256, born here. Others are handed the signer, never the private key. */
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { fromBase64url, type Signer, toBase64url } from '@sallyport/protocol'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const

/** A new private key: PKCS #8, base64url. */
export const generatePrivateKey = async (): Promise<string> => {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return toBase64url(new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey)))
}

const keyObject = (privateKey: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(fromBase64url(privateKey)), format: 'der', type: 'pkcs8' })

const publicKeyOf = (privateKey: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createPublicKey(keyObject(privateKey)).export({ format: 'der', type: 'spki' }))

export const signerOf = async (privateKey: string): Promise<Signer> => {
  const key = await crypto.subtle.importKey('pkcs8', fromBase64url(privateKey), algorithm, false, ['sign'])
  return {
    algorithm: 'ecdsa-p256-sha256',
    publicKey: publicKeyOf(privateKey),
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(signing, key, new Uint8Array(data))),
  }
}

/** PEM, as TLS takes it. */
export const privateKeyPem = (privateKey: string): string =>
  keyObject(privateKey).export({ format: 'pem', type: 'pkcs8' }) as string

/** PKCS #10 request, DER, base64url: proves that we hold the key. Names in it are not looked at: the API gives them. */
export const certificateRequest = async (privateKey: string): Promise<string> => {
  const keys = {
    privateKey: await crypto.subtle.importKey('pkcs8', fromBase64url(privateKey), algorithm, false, ['sign']),
    publicKey: await crypto.subtle.importKey('spki', publicKeyOf(privateKey), algorithm, true, ['verify']),
  }
  const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=session', keys, signingAlgorithm: signing })
  return toBase64url(new Uint8Array(request.rawData))
}
