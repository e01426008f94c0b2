/** Versions of one key, as a service keeps them: the newest encrypts, all open, and associated data is bound. */
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto'

const NONCE = 12
const TAG = 16
const cipher = 'aes-256-gcm'

const sealBytes = (plaintext: Uint8Array, key: Buffer, associated: string): Buffer => {
  const nonce = randomBytes(NONCE)
  const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(associated))
  return Buffer.concat([nonce, sealing.update(plaintext), sealing.final(), sealing.getAuthTag()])
}

const openBytes = (sealed: Uint8Array, key: Buffer, associated: string): Buffer => {
  const opening = createDecipheriv(cipher, key, sealed.subarray(0, NONCE), { authTagLength: TAG })
  opening.setAAD(Buffer.from(associated)).setAuthTag(sealed.subarray(-TAG))
  return Buffer.concat([opening.update(sealed.subarray(NONCE, -TAG)), opening.final()])
}

export interface FakeKeyRing {
  /** The newest. */
  version(): string
  rotate(): void
  encrypt(plaintext: Uint8Array, associated: string): { readonly version: string; readonly ciphertext: Buffer }
  /** Null: it does not open. */
  decrypt(version: string, ciphertext: Uint8Array, associated: string): Buffer | null
}

export const fakeKeyRing = (nameVersion: (number: number) => string = () => randomUUID()): FakeKeyRing => {
  const versions: { readonly name: string; readonly key: Buffer }[] = []
  const rotate = (): void => {
    versions.push({ name: nameVersion(versions.length + 1), key: randomBytes(32) })
  }
  const newest = () => versions.at(-1)!
  rotate()
  return {
    rotate,
    version: () => newest().name,
    encrypt: (plaintext, associated) => {
      const { name, key } = newest()
      return { version: name, ciphertext: sealBytes(plaintext, key, associated) }
    },
    decrypt(version, ciphertext, associated) {
      const found = versions.find(({ name }) => name === version)
      try {
        return found ? openBytes(ciphertext, found.key, associated) : null
      } catch {
        return null
      }
    },
  }
}
