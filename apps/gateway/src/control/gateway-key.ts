/** The gateway's P-256 key: born here, kept in a file that only its owner reads, never sent anywhere. */
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'
import { type Signer, toBase64url } from '@sallyport/protocol'
import { readFileIfThere, replaceFile } from '../files.ts'

export interface GatewayKey {
  readonly signer: Signer
  /** PKCS #8, PEM; for TLS. */
  readonly pem: string
  /** A PKCS #10 request for this key, DER in base64url. */
  certificateRequest(): Promise<string>
}

const signAsync = promisify(sign)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const fromKeyObject = (privateKey: KeyObject): GatewayKey => {
  const publicKey = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }))
  const signer: Signer = {
    algorithm: 'ecdsa-p256-sha256',
    publicKey,
    sign: async (data) => new Uint8Array(await signAsync('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  }
  const certificateRequest = async (): Promise<string> => {
    const keys = {
      privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']),
      publicKey: createPublicKey(privateKey).toCryptoKey(algorithm, true, ['verify']),
    }
    const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=gateway', keys, signingAlgorithm: algorithm })
    return toBase64url(new Uint8Array(request.rawData))
  }
  return { signer, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificateRequest }
}

/** Throws if there is none. */
export const loadGatewayKey = async (path: string): Promise<GatewayKey> => {
  const pem = await readFileIfThere(path)
  if (pem === null) throw new Error(`There is no gateway key at ${path}. Join first.`)
  return fromKeyObject(createPrivateKey(pem))
}

/** Loads the key, or makes one that is on disk before it is used. */
export const loadOrMakeGatewayKey = async (path: string): Promise<GatewayKey> => {
  if ((await readFileIfThere(path)) === null) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await replaceFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }
  return loadGatewayKey(path)
}
