/**
 * The transit engine of HashiCorp Vault and OpenBao, spoken to over HTTPS: data keys are made here and encrypted there, with
 * the context as `associated_data`, which needs a key of an AEAD type (`aes256-gcm96`, `chacha20-poly1305`).
 *
 * `rewrap` of the engine is not documented to take associated data: a key is moved by decrypting and encrypting it. The version
 * of a key stands in each ciphertext: `vault:v3:…`.
 */
import { randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { DATA_KEY, type KeyService } from '../key-service.ts'
import { transitClient, type TransitClientOptions } from './client.ts'

export interface TransitOptions extends TransitClientOptions {
  /** Path of the engine, `transit` by default at the service. */
  readonly mount: string
  readonly key: string
}

const ciphertext = z
  .string()
  .max(1024)
  .regex(/^vault:v[1-9]\d{0,8}:[A-Za-z0-9+/=]+$/)
const encrypted = z.object({ data: z.object({ ciphertext }) })
const decrypted = z.object({ data: z.object({ plaintext: z.base64().max(64) }) })
const described = z.object({ data: z.object({ latest_version: z.int().positive(), supports_encryption: z.boolean() }) })

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
const versionOf = (text: string): string => text.split(':')[1]!

export const transitService = (options: TransitOptions): KeyService => {
  const client = transitClient(options)
  const path = (operation: string): string => `${options.mount}/${operation}/${encodeURIComponent(options.key)}`
  return {
    driver: 'transit',
    locator: `${options.address}/${options.mount}/${options.key}`,
    protection: 'a key of the transit engine',
    async generate({ text }, signal) {
      const plaintext = randomBytes(DATA_KEY)
      const body = { plaintext: base64(plaintext), associated_data: base64(text) }
      const { data } = encrypted.parse(await client.post(path('encrypt'), body, signal))
      return { plaintext, wrapped: Buffer.from(data.ciphertext), version: versionOf(data.ciphertext) }
    },
    async open(wrapped, { text }, signal) {
      const sealed = ciphertext.safeParse(Buffer.from(wrapped).toString('latin1'))
      if (!sealed.success) throw new SallyportError('secret_unavailable', { cause: sealed.error })
      const body = { ciphertext: sealed.data, associated_data: base64(text) }
      const { data } = decrypted.parse(await client.post(path('decrypt'), body, signal))
      const key = Buffer.from(data.plaintext, 'base64')
      if (key.length !== DATA_KEY) throw new SallyportError('secret_unavailable', { cause: new Error('not a data key') })
      return key
    },
    async version(signal) {
      const { data } = described.parse(await client.get(path('keys'), signal))
      if (!data.supports_encryption) throw new SallyportError('kms_key_missing', { cause: new Error('a key for other uses') })
      return `v${data.latest_version}`
    },
    close: () => client.close(),
  }
}
