/**
 * Opens the sealed file of a profile as only its owner can, so that a test knows the bytes that must be nowhere else.
 *
 *     line 1, JSON   {version, key}
 *     then           nonce (12 bytes) · ciphertext · tag (16 bytes), AES-256-GCM, with line 1 as associated data
 */
import { createDecipheriv, createPrivateKey, scryptSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from '@sallyport/testkit'
import { type RawKey, keyFrom } from './raw-key.ts'

const NONCE = 12
const TAG = 16

export interface SealedProfile {
  /** In clear: where the key is. */
  readonly keptBy: 'keychain' | 'passphrase'
  /** What the file is sealed under. */
  readonly wrappingKey: Buffer
  readonly deviceKey: RawKey
  /** null: signed out. */
  readonly sessionKey: RawKey | null
  /** For TLS on loopback; null before it was needed. */
  readonly loopbackKey: RawKey | null
  readonly fingerprintSecret: Buffer
}

type Source =
  | { readonly kind: 'keychain'; readonly account: string }
  | { readonly kind: 'passphrase'; readonly N: number; readonly r: number; readonly p: number; readonly salt: string }

interface Document {
  readonly deviceKey: string
  readonly fingerprintSecret: string
  readonly session: { readonly key: string } | null
  readonly loopback: { readonly key: string } | null
}

/** What its owner has: the passphrase, or the environment in which the keychain answers. */
export type Owner = { readonly passphrase: string } | { readonly keychain: NodeJS.ProcessEnv }

const wrappingKeyOf = async (source: Source, owner: Owner): Promise<Buffer> => {
  if (source.kind === 'passphrase' && 'passphrase' in owner) {
    const { N, r, p, salt } = source
    return scryptSync(owner.passphrase, Buffer.from(salt, 'base64url'), 32, { N, r, p, maxmem: 256 * N * r })
  }
  if (source.kind !== 'keychain' || !('keychain' in owner)) throw new Error(`the profile is kept by a ${source.kind}`)
  const reader = fileURLToPath(new URL('read-keychain.ts', import.meta.url))
  const { code, stdout, stderr } = await runProgram({
    command: process.execPath,
    args: [reader, source.account],
    env: owner.keychain,
  })
  if (code !== 0) throw new Error(stderr)
  return Buffer.from(stdout, 'base64url')
}

const pkcs8 = (text: string): RawKey => keyFrom(Buffer.from(text, 'base64url'))

export const openSealedProfile = async (profile: string, owner: Owner): Promise<SealedProfile> => {
  const file = await readFile(join(profile, 'identity'))
  const head = file.subarray(0, file.indexOf('\n') + 1)
  const body = file.subarray(head.length)
  const { key: source } = JSON.parse(head.toString()) as { key: Source }
  const wrappingKey = await wrappingKeyOf(source, owner)
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, body.subarray(0, NONCE), { authTagLength: TAG })
  decipher.setAAD(head).setAuthTag(body.subarray(-TAG))
  const text = Buffer.concat([decipher.update(body.subarray(NONCE, -TAG)), decipher.final()]).toString()
  const document = JSON.parse(text) as Document
  return {
    keptBy: source.kind,
    wrappingKey,
    deviceKey: pkcs8(document.deviceKey),
    sessionKey: document.session === null ? null : pkcs8(document.session.key),
    loopbackKey: document.loopback === null ? null : pkcs8(document.loopback.key),
    fingerprintSecret: Buffer.from(document.fingerprintSecret, 'base64url'),
  }
}

/** The 32 bytes that make a P-256 key private (RFC 5915 §3), which every form of it contains. */
export const privateBytes = ({ pem }: RawKey): Buffer =>
  Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d!, 'base64url')
