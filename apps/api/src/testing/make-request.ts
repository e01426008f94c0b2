import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'
import type { MadeSigner } from './make-signer.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A PKCS #10 request (DER) that this key signed. */
export const makeRequest = async ({ privateKey, publicKey }: MadeSigner): Promise<Uint8Array> => {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', publicKey as Uint8Array<ArrayBuffer>, algorithm, true, ['verify']),
  }
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm })
  return new Uint8Array(request.rawData)
}
