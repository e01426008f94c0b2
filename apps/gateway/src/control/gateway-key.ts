/** The gateway's P-256 key: born here, kept in a file that only its owner reads, never sent anywhere. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { type Signer, toBase64url } from '@sallyport/protocol'
import { certificateRequest } from './certificate-request.ts'

/** Bytes; what is written here is far shorter. */
const MAX_FILE = 16 * 1024

export interface GatewayKey {
  readonly signer: Signer
  /** PKCS #8, PEM; for TLS. */
  readonly pem: string
  /** A PKCS #10 request for this key, DER in base64url. */
  certificateRequest(): string
}

const signAsync = promisify(sign)

const fromKeyObject = (privateKey: KeyObject): GatewayKey => {
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
  const signer: Signer = {
    algorithm: 'ecdsa-p256-sha256',
    publicKey,
    sign: async (data) => new Uint8Array(await signAsync('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  }
  return {
    signer,
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificateRequest: () => toBase64url(certificateRequest(privateKey)),
  }
}

/** Throws if there is none. */
export const loadGatewayKey = async (path: string): Promise<GatewayKey> => {
  const pem = await readTextUpTo(path, MAX_FILE)
  if (pem === null) throw new Error(`There is no gateway key at ${path}. Join first.`)
  return fromKeyObject(createPrivateKey(pem))
}

/** Loads the key, or makes one that is on disk before it is used. */
export const loadOrMakeGatewayKey = async (path: string): Promise<GatewayKey> => {
  if ((await readTextUpTo(path, MAX_FILE)) === null) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await replacePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }
  return loadGatewayKey(path)
}
