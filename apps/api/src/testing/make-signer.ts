/** Key pairs that sign statements and calls, as devices, sessions and gateways hold them. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Signer } from '@sallyport/protocol'

export interface MadeSigner extends Signer {
  readonly privateKey: KeyObject
}

/** A fresh P-256 key. */
export const makeSigner = (): MadeSigner => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    algorithm: 'ecdsa-p256-sha256',
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    privateKey,
    sign: async (data) => new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  }
}
