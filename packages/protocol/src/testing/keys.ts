/** Keys for tests, born in Node. */
import { generateKeyPairSync, sign } from 'node:crypto'
import type { SignatureAlgorithm, Signer } from '../signing.ts'

export const makeSigner = (algorithm: SignatureAlgorithm = 'ecdsa-p256-sha256'): Signer => {
  const { publicKey, privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const digest = algorithm === 'ed25519' ? null : 'sha256'
  return {
    algorithm,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: async (data) => sign(digest, data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  }
}
